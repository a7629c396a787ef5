"""A page of words as a PDF (ISO 32000-1 7.5), as a hospital's form would be: no more than that."""

from collections.abc import Sequence
from typing import Final

_TOP, _LEFT, _LEADING = 780, 60, 20
_SIZE: Final = 12


def pdf_of(lines: Sequence[str]) -> bytes:
    """One page of A4 in Helvetica; letters outside of Latin-1 are told as question marks."""
    page = b"".join(_shown(each) for each in lines)
    content = b"BT /F1 %d Tf %d TL %d %d Td\n%sET" % (_SIZE, _LEADING, _LEFT, _TOP, page)
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        font,
    )
    return file_of(objects)


def file_of(objects: Sequence[bytes]) -> bytes:
    """Objects with where each lies; the first is the catalogue."""
    made, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(made))
    return made + head + tail


def _shown(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    for letter in (b"\\", b"(", b")"):
        raw = raw.replace(letter, b"\\" + letter)
    return b"(%s) Tj T*\n" % raw
