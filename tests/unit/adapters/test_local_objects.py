"""Objects opened in the children: what they answer is held against what may be."""

import hashlib
import json
from collections.abc import Iterator

import pytest
from hostile.writing import good, image, ramp

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_objects import LocalObjects, checked_digest, checked_members
from workstation.errors import NotDisplayable


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=1)
    yield pool
    pool.close()


def test_a_digest_is_of_what_the_viewer_is_given(decoders: Decoders) -> None:
    """`inspect` proves nothing if its pixels take another way than those on the screen."""
    found = LocalObjects(decoders).digest(good(), 64 * 64 * 2, 1)

    assert found.pixel_sha256 == hashlib.sha256(ramp()).hexdigest()
    assert (found.shape, found.dtype, found.least, found.most) == ((64, 64), "uint16", 0, 4095)


def test_headers_come_in_order_and_alone(decoders: Decoders) -> None:
    """A hundred files over one child, three batches and bad ones between."""
    objects = [good(at) if at % 7 else b"not one" for at in range(100)]

    found = list(decoders.headers(objects))

    for at, (data, header) in enumerate(zip(objects, found, strict=True)):
        if at % 7:
            assert header == decoders.header(data)
        else:
            assert isinstance(header, NotDisplayable)
            assert header.reason == "not-dicom"


def test_a_header_longer_than_the_usual_is_read_to_its_end(decoders: Decoders) -> None:
    """Half of an enhanced object's header would be half of its frames without a place."""
    long = image({0x00204000: ("LT", b"x" * 60000), 0x00209999: ("UT", b"y" * 90000)})

    (header,) = decoders.headers([long])

    assert isinstance(header, bytes)
    assert json.loads(header)[0]["7FE00010"] == {"vr": "OW"}
    assert header == decoders.header(long)


@pytest.mark.parametrize(
    "lie",
    [
        b"", b"[]", b"{}", b'{"reason":"<b>"}', b'{"reason":5}',
        b'{"reason":"","bad":[],"shape":[1],"dtype":"u1","min":"x"}',
        b'{"reason":"","bad":7,"shape":[1],"dtype":"u1"}', b'{"reason":"","shape":"abc"}',
    ],
)  # fmt: skip
def test_a_digest_that_is_none_is_not_believed(lie: bytes) -> None:
    """A child that was taken over can say anything (SEC-07)."""
    with pytest.raises(NotDisplayable):
        checked_digest(lie)


@pytest.mark.parametrize(
    "lie",
    [
        b"", b"5", b"[5]", b'[{"name":"a"}]',
        b'[{"name":"a","at":-1,"packed":1,"size":1,"method":0,"crc":0,"reason":""}]',
        b'[{"name":"a","at":90,"packed":20,"size":1,"method":0,"crc":0,"reason":""}]',
        b'[{"name":"a","at":0,"packed":1,"size":1,"method":0,"crc":0,"reason":"<b>"}]',
    ],
)  # fmt: skip
def test_a_list_of_members_that_is_none_is_not_believed(lie: bytes) -> None:
    """Every member lies inside its archive."""
    with pytest.raises(NotDisplayable):
        checked_members(lie, 100)
