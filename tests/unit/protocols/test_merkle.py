"""The tree of hashes against the published vectors of Certificate Transparency."""

import hashlib
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.protocols.merkle import Frontier

#: Inputs and roots of the reference implementation of RFC 6962, one root per size.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOT_OF_8 = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
ROOT_OF_1 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
ROOT_OF_NONE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def _mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1 as it is written, recursively: the oracle."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + _mth(leaves[:half]) + _mth(leaves[half:])).digest()


def _grown(leaves: list[bytes]) -> Frontier:
    return reduce(Frontier.add, leaves, Frontier())


@pytest.mark.parametrize(("size", "root"), [(0, ROOT_OF_NONE), (1, ROOT_OF_1), (8, ROOT_OF_8)])
def test_roots_are_those_of_the_reference(size: int, root: str) -> None:
    """An audit log nobody else can check is none."""
    assert _grown(LEAVES[:size]).root.hex() == root


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_frontier_is_the_tree(leaves: list[bytes]) -> None:
    """Growing leaf by leaf gives the tree that the RFC defines at once."""
    frontier = _grown(leaves)

    assert frontier.root == _mth(leaves)
    assert frontier.size == len(leaves)
    assert frontier.consistent


@pytest.mark.parametrize(
    "frontier", [Frontier(3, (bytes(32),)), Frontier(1, (b"short",)), Frontier(-1, (bytes(32),))]
)
def test_a_frontier_that_cannot_be_is_recognised(frontier: Frontier) -> None:
    """The beginning of an exported log comes from outside."""
    assert not frontier.consistent
