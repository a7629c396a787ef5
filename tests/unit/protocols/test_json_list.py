"""Metadata are read object by object, and say the same as read in one go."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.protocols.json_list import objects

_SCALARS = st.none() | st.booleans() | st.integers() | st.text()
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(
    st.lists(st.dictionaries(st.text(), _VALUES), max_size=5),
    st.sampled_from([None, 1, "\r\n\t"]),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_every_list_of_objects_is_read_as_the_library_reads_it(
    rows: list[dict[str, Any]], indent: int | str | None, encoding: str
) -> None:
    """An element lost between two objects would be an image without a place."""
    text = f" {json.dumps(rows, indent=indent, ensure_ascii=False)}\n"
    body = text.encode(encoding, "surrogatepass")

    assert objects(body, 5) == json.loads(body)


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[", "[}", "[{}", "[{},", "[{},]", "[{} {}]", "[{}]x", "[] []", "[1]", "null",
        '[{"a":}]', "[" * 2000, '[{"a":' + "[" * 100_000, "\udc80",
    ],
)  # fmt: skip
def test_what_is_no_list_of_objects_is_refused(text: str) -> None:
    """A site that answers half a list must not pass for one with half the images."""
    with pytest.raises(ValueError, match=r"."):
        objects(text.encode("utf-8", "surrogateescape"), 10)


def test_a_list_that_claims_too_many_objects_is_refused() -> None:
    """The bound holds while reading: what comes after it costs nothing."""
    assert objects(b"[{},{}]", 2) == [{}, {}]
    with pytest.raises(ValueError, match="more objects"):
        objects(b"[{},{},{}]", 2)


def test_infinities_are_no_values() -> None:
    """JSON has none; a slope of NaN must not reach the arithmetic."""
    assert objects(b'[{"a": NaN, "b": -Infinity}]', 1) == [{"a": None, "b": None}]
