"""ZIP archives that lie, written record by record (PKWARE APPNOTE 4.3)."""

import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen
from hostile.words import PATH
from hostile.writing import good

_DEFLATE: Final = 8


@frozen
class Record:
    """A member: its bytes as they stand there, and what is said about them."""

    name: bytes
    data: bytes
    method: int = 0
    size: int | None = None
    packed: int | None = None
    crc: int | None = None
    flags: int = 0
    offset: int | None = None  # what the list says instead of where it is
    mode: int = 0o100644

    def fields(self) -> tuple[int, int, int]:
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        packed = len(self.data) if self.packed is None else self.packed
        return crc, packed, len(self.data) if self.size is None else self.size

    def local(self) -> bytes:
        head = struct.pack("<4sHHHHH", b"PK\3\4", 20, self.flags, self.method, 0, 0)
        sizes = struct.pack("<IIIHH", *self.fields(), len(self.name), 0)
        return head + sizes + self.name + self.data

    def listed(self, at: int) -> bytes:
        head = struct.pack("<4sHHHHHH", b"PK\1\2", 0x314, 20, self.flags, self.method, 0, 0)
        sizes = struct.pack("<IIIHHHHH", *self.fields(), len(self.name), 0, 0, 0, 0)
        where = at if self.offset is None else self.offset
        return head + sizes + struct.pack("<II", self.mode << 16, where) + self.name


def archive(records: Sequence[Record], *, count: int | None = None, shift: int = 0) -> bytes:
    """`count` and `shift` are what its end claims instead of the truth."""
    body, listed = b"", b""
    for record in records:
        listed += record.listed(len(body))
        body += record.local()
    number = (len(records) if count is None else count) & 0xFFFF
    end = struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, number, number, len(listed), len(body) + shift, 0
    )
    return body + listed + end


def _deflated(data: bytes) -> bytes:
    maker = zlib.compressobj(9, zlib.DEFLATED, -15)
    return maker.compress(data) + maker.flush()


_GOOD: Final = Record(b"good.dcm", good(9))


def names_that_are_paths() -> bytes:
    """Whoever unpacks them writes outside (zip slip)."""
    names = (
        PATH.encode(),
        b"/tmp/hostile-canary",
        b"C:\\hostile-canary",
        b"",
        b"a\0b",
        b"\xff\xfe",
    )
    return archive([Record(name, good(20 + i)) for i, name in enumerate(names)] + [_GOOD])


def a_member_that_is_a_link() -> bytes:
    """A symbolic link to the password file, as Unix writes it."""
    return archive([Record(b"link", b"/etc/passwd", mode=0o120777), _GOOD])


def a_bomb() -> bytes:
    """200 MB of zeros in 200 KB, and honest about it."""
    packed = _deflated(bytes(200 << 20))
    bomb = Record(b"bomb.dcm", packed, _DEFLATE, size=200 << 20, crc=0)
    return archive([bomb, _GOOD])


def a_bomb_that_says_it_is_small() -> bytes:
    """The list says ten bytes; the stream makes 200 MB."""
    packed = _deflated(bytes(200 << 20))
    return archive([Record(b"bomb.dcm", packed, _DEFLATE, size=10, crc=0), _GOOD])


def members_that_overlap() -> bytes:
    """A thousand members of the same megabyte."""
    many = [Record(b"%d.dcm" % i, b"", packed=1 << 20, size=1 << 20, offset=0) for i in range(1000)]
    return archive([Record(b"0", bytes(1 << 20)), *many])


def an_archive_in_an_archive_in_an_archive() -> bytes:
    """Ten levels: whoever opens what is inside goes down with them."""
    inner = archive([_GOOD])
    for _ in range(10):
        crc = zlib.crc32(inner)
        packed = _deflated(inner)
        inner = archive([Record(b"inner.zip", packed, _DEFLATE, size=len(inner), crc=crc)])
    return inner


def an_encrypted_member() -> bytes:
    return archive([Record(b"secret.dcm", good(8), flags=1), _GOOD])


def a_method_nobody_knows() -> bytes:
    return archive([Record(b"odd.dcm", good(8), method=99), _GOOD])


def sixty_thousand_members() -> bytes:
    return archive([Record(b"%d" % i, b"") for i in range(60_000)])


def offsets_beyond_the_end() -> bytes:
    return archive([Record(b"far.dcm", good(8), offset=0xFFFFFFF0), _GOOD])


def a_list_before_the_beginning() -> bytes:
    """The end says that the list stands where it cannot."""
    return archive([_GOOD], shift=0x7FFFFFFF)


def a_list_that_was_cut() -> bytes:
    return archive([_GOOD, _GOOD])[:-40]


def a_checksum_that_lies() -> bytes:
    """The same size, other bytes."""
    return archive([Record(b"changed.dcm", good(8), crc=1), _GOOD])


def nothing_but_an_end() -> bytes:
    return archive([], count=65535)


ARCHIVES: Final[tuple[Callable[[], bytes], ...]] = (
    names_that_are_paths,
    a_member_that_is_a_link,
    a_bomb,
    a_bomb_that_says_it_is_small,
    members_that_overlap,
    an_archive_in_an_archive_in_an_archive,
    an_encrypted_member,
    a_method_nobody_knows,
    sixty_thousand_members,
    offsets_beyond_the_end,
    a_list_before_the_beginning,
    a_list_that_was_cut,
    a_checksum_that_lies,
    nothing_but_an_end,
)
