"""Elements that one image says of itself, written into another that is made of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydicom import Dataset
from pydicom.datadict import dictionary_VR
from pydicom.valuerep import format_number_as_ds


def add_element(made: Dataset, tag: str, values: Sequence[Any]) -> None:
    """`values` as DICOM JSON has them; none writes the element without a value.

    Raises ValueError where one is not of the kind that the standard has for its element.
    """
    vr = str(dictionary_VR(int(tag, 16)))
    if vr == "SQ":
        made.add_new(int(tag, 16), vr, [_item(each) for each in values if isinstance(each, dict)])
        return
    written = [format_number_as_ds(each) if isinstance(each, float) else each for each in values]
    made.add_new(int(tag, 16), vr, written[0] if len(written) == 1 else written or None)


def _item(row: Mapping[str, Any]) -> Dataset:
    """Of one item: what the standard knows, and no names of people."""
    made = Dataset()
    for tag, element in sorted(row.items()):
        if int(tag[3], 16) % 2 or not isinstance(element, dict) or element.get("vr") == "PN":
            continue
        values = element.get("Value")
        add_element(made, tag, values if isinstance(values, list) else ())
    return made
