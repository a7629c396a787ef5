"""Patient and study as an object writes them, for documents that are filed beside it."""

from workstation.domain.source import Source
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_source import source_of


def test_all_groups_of_a_name_are_kept() -> None:
    """An archive that knows the ideographic name would file another one beside it."""
    name = {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}
    row = Attributes(
        {
            "00100010": {"vr": "PN", "Value": [name]},
            "00080090": {"vr": "PN", "Value": [{"Ideographic": "宁"}]},
            "00100020": {"vr": "LO", "Value": ["HG-1"]},
            "00080020": {"vr": "DA", "Value": ["20261122"]},
        }
    )

    assert source_of(row) == Source(
        patient_name="Yamada^Tarou=山田^太郎=やまだ^たろう",
        patient_id="HG-1",
        study_date="20261122",
        referrer="=宁",
    )


def test_what_is_no_name_is_none_and_nothing_turns_the_writing_round() -> None:
    """Sites write names as texts too; a right-to-left override makes one into another."""
    assert source_of(Attributes({})) == Source()
    text = Attributes({"00100010": {"vr": "PN", "Value": ["Alder^\u202eRobin"]}})
    assert source_of(text).patient_name == "Alder^Robin"
    wrong = Attributes({"00100010": {"vr": "PN", "Value": [{"Alphabetic": 7}]}})
    assert source_of(wrong).patient_name == ""
