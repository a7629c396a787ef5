"""What fuzzing begins from: the hostile objects, and the code streams inside them."""

import io
import zipfile
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import imagecodecs
import numpy as np
from attrs import evolve
from hostile import claims, fragments, streams, structure, words
from hostile.writing import ALL, DEFLATED, ROOT, SQUARE, Hostile, good, ramp, sized

from workstation.dicom import reader
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

MODULES: Final = (claims, fragments, streams, structure, words)  # imported: theirs are in ALL
_SEED_BYTES: Final = 1 << 16
_EIGHT: Final = sized(64, 64, 8)
_COLOUR: Final = evolve(sized(64, 64, 8, 3), photometric="RGB")
_SHIFTED: Final = evolve(SQUARE, bits_stored=12, high_bit=13, signed=True)

#: Of each codec target: its transfer syntax, and the formats a stream is decoded for.
CODECS: Final[Mapping[str, tuple[str, tuple[PixelFormat, ...]]]] = MappingProxyType(
    {
        "jpeg": (streams.JPEG, (_EIGHT, _COLOUR)),
        "jpeg-lossless": (streams.JPEG_LOSSLESS, (SQUARE, _EIGHT)),
        "jpeg-ls": (fragments.JPEG_LS, (SQUARE, _COLOUR)),
        "jpeg-2000": (streams.JPEG_2000, (SQUARE, _COLOUR)),
        "htj2k": (streams.HTJ2K, (SQUARE, _COLOUR)),
        "jpeg-xl": (streams.JPEG_XL, (SQUARE, _COLOUR)),
        "rle": (f"{ROOT}.5", (SQUARE, _COLOUR)),
        "deflated-frame": (f"{ROOT}.8.1", (SQUARE,)),
        "native": (DEFLATED, (_SHIFTED,)),
    }
)
OBJECTS: Final = ("object", "header")
ARCHIVE: Final = "archive"
#: The beginning of a code stream, before the rest is here.
PREVIEW: Final = "preview"
#: A message of a hospital's interface engine.
MESSAGE: Final = "message"
_HEAD: Final = "MSH|^~\\&|RIS|H|||20261122143000-0700||{}|C1|P|2.5.1||||||UNICODE UTF-8\r"
_PERSON: Final = "PID|1||X^^^O~HG-1^^^&2.25.1&ISO^MR||M\\X26\\M^Zo\u00eb||19580302|F\r"


def seeds() -> dict[str, list[bytes]]:
    """Of every target; made once, as the large ones cost seconds."""
    made = [data for each in ALL if (data := _small(each))]
    found = dict.fromkeys(OBJECTS, made)
    for name, (syntax, _) in CODECS.items():
        found[name] = [stream for data in made if (stream := _stream(data, syntax))] or [ramp()]
    found[PREVIEW] = _prefixes()
    found[MESSAGE] = _messages()
    found[ARCHIVE] = [_archive(), b"PK\x05\x06" + bytes(18)]
    return found


def _messages() -> list[bytes]:
    """An order of each kind, a merge, and an answer."""
    order = (
        "ORC|NW|P1|A1||SC||^^^^^S||20261122142500\rTQ1|1||||||20261122||S\rOBR|1|P1|A1|CT^CT^L\r"
    )
    images = "IPC|A1|RP|2.25.1|S|CT\rZDS|2.25.1^^A^DICOM\r"
    kinds = {
        "ORM^O01": _PERSON + order + images,
        "OMI^O23": _PERSON + order + images,
        "ADT^A40": _PERSON + "MRG|T-9^^^&2.25.1&ISO^MR~T-8\r",
        "ACK^R01": "MSA|AE|C1|no\rERR|||204^Unknown key^HL70357|E||||no order\r",
    }
    return [(_HEAD.format(kind) + rest).encode() for kind, rest in kinds.items()]


def _prefixes() -> list[bytes]:
    """HTJ2K with its resolutions first, cut off in each of them."""
    values = np.frombuffer(ramp(), "<u2").reshape(64, 64)
    whole = bytes(imagecodecs.htj2k_encode(values, reversible=True, tlm=True, tilepart=1))
    return [whole[: len(whole) * part // 6] for part in range(1, 6)]


def _archive() -> bytes:
    """Two members, stored and deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/b.dcm", good())
        archive.writestr("c.dcm", good(2), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _small(each: Hostile) -> bytes:
    data = each.make()
    return data if len(data) <= _SEED_BYTES else b""


def _stream(data: bytes, syntax: str) -> bytes:
    """The first frame of an object of this syntax."""
    try:
        read = reader.read(data)
        return reader.frame_bytes(read, 0, 0, encapsulated=True) if read.syntax == syntax else b""
    except Undecodable:
        return b""
