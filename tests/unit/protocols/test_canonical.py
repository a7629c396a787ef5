"""One text for one value."""

import pytest

from workstation.protocols.canonical import canonical, sha256_hex


def test_the_text_is_that_of_rfc_8785() -> None:
    """Keys sorted, no blanks, UTF-8 as it is: what a shell can hash again."""
    value = {"b": [1, True, None], "a": "≤ \n"}

    assert canonical(value) == '{"a":"≤ \\n","b":[1,true,null]}'.encode()


@pytest.mark.parametrize("value", [1.0, {"a": 0.1}, [{"x": 1.5}], {"ü": 1}, {1: 2}, b"x", {"a"}])
def test_what_has_no_one_text_is_refused(value: object) -> None:
    """12.0 and 12 are one number and two texts: a digest over them means nothing."""
    with pytest.raises(ValueError, match=r"text|ASCII"):
        canonical(value)


def test_the_digest_is_sha256() -> None:
    """FIPS 180-4, example "abc"."""
    assert sha256_hex(b"abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
