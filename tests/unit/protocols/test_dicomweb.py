"""Answers are taken apart the same way however they arrive, and a broken one is not whole."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.errors import Refused
from workstation.protocols import dicomweb
from workstation.protocols.dicomweb import Garbled, MediaType, Multipart, Part

TYPE = 'multipart/related; type="application/octet-stream"; boundary="b1"'
KEY = FrameKey(SiteId("s"), StudyUID("1.2"), SeriesUID("1.3"), SopUID("1.4"), 6)


def multipart(bodies: list[bytes], *, lengths: bool = True, preamble: bytes = b"") -> bytes:
    out = preamble
    for body in bodies:
        length = b"Content-Length: %d\r\n" % len(body) if lengths else b""
        out += b"\r\n--b1\r\nContent-Type: application/octet-stream\r\n" + length + b"\r\n" + body
    return out + b"\r\n--b1--\r\n"


def taken_apart(whole: bytes, cuts: list[int], limit: int = 1 << 20) -> list[bytes]:
    reader = Multipart(TYPE, limit)
    edges = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in cuts)})
    parts: list[Part] = []
    for start, end in itertools.pairwise(edges):
        parts += reader.feed(whole[start:end])
    parts += reader.finish()
    return [part.body for part in parts]


@given(
    st.lists(
        st.binary(max_size=60) | st.sampled_from([b"\r\n--b", b"\r\n--", b"--b1"]), max_size=5
    ),
    st.lists(st.integers(min_value=0), max_size=12),
    st.booleans(),
)
def test_the_same_parts_in_any_chunks(bodies: list[bytes], cuts: list[int], lengths: bool) -> None:
    """A network cuts where it likes; an image must not depend on it."""
    assert taken_apart(multipart(bodies, lengths=lengths), cuts) == bodies


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=3), st.data())
def test_an_answer_that_breaks_off_is_never_whole(bodies: list[bytes], data: st.DataObject) -> None:
    """Half an image that passes for a whole one is the worst answer of all."""
    whole = multipart(bodies).removesuffix(b"--\r\n")
    cut = data.draw(st.integers(0, len(whole)))

    with pytest.raises(Garbled):
        taken_apart(whole[:cut], [])


def test_a_length_that_lies_is_overruled_by_the_boundary() -> None:
    """Some proxies change bodies and not their lengths."""
    body = b"\r\n--b1\r\nContent-Length: 3\r\n\r\nabcdef\r\n--b1--\r\n"

    assert taken_apart(body, []) == [b"abcdef"]


@pytest.mark.parametrize("lengths", [True, False])
def test_a_part_beyond_the_limit_is_refused(lengths: bool) -> None:
    """What a site sends must not fill the memory, whether it says so first or not."""
    with pytest.raises(Garbled):
        taken_apart(
            multipart([b"x" * 5000], lengths=lengths), list(range(0, 5000, 100)), limit=1000
        )


def test_a_header_that_does_not_end_is_refused() -> None:
    """As above, for what stands before a part."""
    with pytest.raises(Garbled):
        taken_apart(b"\r\n--b1\r\n" + b"X-A: b\r\n" * 5000, [])


def test_an_answer_that_is_no_multipart_is_one_part() -> None:
    """Some sites answer a single frame so."""
    reader = Multipart("application/octet-stream", 100)

    assert [*reader.feed(b"ab"), *reader.feed(b"c")] == []
    assert [part.body for part in reader.finish()] == [b"abc"]


@pytest.mark.parametrize(
    "text",
    [
        "image/jp2; transfer-syntax=1.2.840.10008.1.2.4.90",
        'image/jp2;Transfer-Syntax="1.2.840.10008.1.2.4.90"',
        'multipart/related; type="image/jp2; transfer-syntax=1.2.840.10008.1.2.4.90"; boundary=x',
    ],
)
def test_the_transfer_syntax_is_found_where_sites_write_it(text: str) -> None:
    """Orthanc writes it inside the quotes of the type."""
    assert MediaType.parse(text).parameters["transfer-syntax"] == "1.2.840.10008.1.2.4.90"


@pytest.mark.parametrize(
    ("media", "stored", "syntax"),
    [
        ("image/jls", "", "1.2.840.10008.1.2.4.80"),
        ("application/octet-stream", "", "1.2.840.10008.1.2.1"),
        ("application/octet-stream", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.5"),
        ("image/jp2", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.91"),
        ("image/jp2; transfer-syntax=1.2.3", "1.2.840.10008.1.2.4.91", "1.2.3"),
        ("image/jp2; transfer-syntax=*", "", "1.2.840.10008.1.2.4.90"),
    ],
)
def test_a_frame_is_decoded_as_the_site_says_else_as_it_is_stored(
    media: str, stored: str, syntax: str
) -> None:
    """What is stored is what travels; the answer has the last word."""
    assert dicomweb.transfer_syntax(Part(MediaType.parse(media), b""), stored) == syntax


def test_frames_are_asked_for_from_one_and_as_they_are_stored() -> None:
    """Indices count from 0, addresses from 1 (PS3.18 10.4.1.1.6); nobody transcodes for us."""
    asked = dicomweb.frames("https://site/dicom-web/", KEY, [6, 0])

    assert asked.url == "https://site/dicom-web/studies/1.2/series/1.3/instances/1.4/frames/7,1"
    assert "transfer-syntax=*" in asked.headers["Accept"]


@pytest.mark.parametrize("uid", ["../../admin", "1.2?x=1", "1.2/3", "", "1" * 65, "1.2\n"])
def test_what_is_no_uid_never_becomes_an_address(uid: str) -> None:
    """A value out of a file must not choose which address is asked."""
    with pytest.raises(Refused):
        dicomweb.series_metadata("https://site", StudyUID("1.2"), SeriesUID(uid))
