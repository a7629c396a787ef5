"""Whose an image is, in the words of the image itself."""

from attrs import frozen


@frozen
class Source:
    """Patient and study as an object writes them.

    What is filed beside it must say the same, or an archive keeps a second patient. Dates
    and times are as written; `patient_name` and `referrer` have all their groups:
    "Yamada^Tarou=山田^太郎=やまだ^たろう" (PS3.5 6.2.1).
    """

    patient_name: str = ""
    patient_id: str = ""
    issuer: str = ""
    birth_date: str = ""
    sex: str = ""
    study_date: str = ""
    study_time: str = ""
    study_id: str = ""
    study_description: str = ""
    accession: str = ""
    referrer: str = ""
