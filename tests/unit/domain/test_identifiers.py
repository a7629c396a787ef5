"""Names of things: what may stand in an address, and names that are made."""

from uuid import NAMESPACE_DNS

import pytest

from workstation.domain.identifiers import derived_uid, is_uid


def test_a_name_that_is_made_is_the_same_every_time() -> None:
    """A document that is sent a second time is the same document: the example of RFC 9562, A.4
    (2ed6657d-e927-568b-95e1-2665a8aea6a2), in decimal behind 2.25 (PS3.5 B.2)."""
    uid = derived_uid("www.example.com", NAMESPACE_DNS)

    assert uid == f"2.25.{0x2ED6657DE927568B95E12665A8AEA6A2}"
    assert is_uid(uid)
    assert derived_uid("one") != derived_uid("other")


@pytest.mark.parametrize("text", ["", "1.2.3/../4", "1.2.3\n", "1" * 65, "1.2.x"])
def test_what_is_no_uid_never_becomes_part_of_an_address(text: str) -> None:
    """Whoever writes an object writes its identifiers."""
    assert not is_uid(text)
