"""What a segment is called in codes: those of the standard, and no others."""

import pytest
from pydicom.sr import _cid_dict, _concepts_dict

from workstation.domain.segment_kind import SegmentKind, coded

#: CID 7150 categories, CID 7159 lesions, CID 7151 whatever can be segmented.
_CATEGORIES, _LESIONS, _TYPES = 7150, 7159, 7151


def lists_of(value: str, meaning: str) -> tuple[int, ...]:
    """In which context groups pydicom, which is made from the standard, has a code."""
    every = (named[value] for named in _concepts_dict.concepts["SCT"].values() if value in named)
    return tuple(number for said, lists in every if said == meaning for number in lists)


@pytest.mark.parametrize("kind", SegmentKind)
def test_each_kind_has_codes_of_the_lists_for_segments(kind: SegmentKind) -> None:
    """Another station finds the liver as a liver, and never as a lesion."""
    category, what = coded(kind)

    assert _CATEGORIES in lists_of(category.value, category.meaning)
    assert _TYPES in lists_of(what.value, what.meaning)


def test_what_is_no_lesion_is_anatomy() -> None:
    """A thrombus is a lesion of CID 7159, a liver is none."""
    lesions = set(_cid_dict.cid_concepts[_LESIONS]["SCT"])
    abnormal = {k for k in SegmentKind if coded(k)[0].value == "49755003"}
    named = {
        kind
        for kind in SegmentKind
        for name, codes in _concepts_dict.concepts["SCT"].items()
        if name in lesions | {"Thrombus"} and coded(kind)[1].value in codes
    }

    assert named == abnormal
