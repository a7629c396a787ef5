"""How an image was made, from headers as makers write them."""

import pytest

from workstation.domain.technique import Fact
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_technique import technique_of


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["C5-1", "UNUSED", "UNUSED"], ["C5-1"]),
        (["85", "4V1c-S"], ["4V1c-S"]),
        (["50.80.103.002", "", ""], []),
        (["UNUSED"], []),
    ],
)
def test_a_probe_is_named_and_its_part_number_is_left_out(
    written: list[str], said: list[str]
) -> None:
    """Four numbers with dots on an image are taken for a measurement or an address. As two
    makers write Transducer Data (0018,5010), and as a third one should have."""
    header = Attributes({"00185010": {"vr": "LO", "Value": written}})

    facts = technique_of(header)

    assert [each.words for each in facts if each.fact is Fact.TRANSDUCER] == said
