"""Whose an image is, in the words of the image itself."""

from collections.abc import Mapping

from attrs import field, frozen

from workstation.domain.identifiers import SeriesUID


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


@frozen
class Written:
    """How a study writes whose it is, and of what class and modality the images of a series are."""

    source: Source
    series: Mapping[SeriesUID, tuple[str, str]] = field(factory=dict)
