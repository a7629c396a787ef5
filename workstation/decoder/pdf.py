"""Pages of an encapsulated PDF as RGB pixels (PS3.3 A.45.1), by PDFium, in the child alone.

Pages are drawn and nothing else: no script engine is built in, no form is opened, no link,
attachment or outside file is followed. All pages of a document share one format, that of
its widest and its tallest page, so that they are frames like any others.
"""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from attrs import frozen

from workstation.decoder.codecs import Pixels
from workstation.dicom import reader
from workstation.dicom.reader import Object10
from workstation.dicom.reasons import Undecodable
from workstation.dicom.sop_classes import object_code
from workstation.domain.study import PixelFormat

MAX_PAGES: Final = 2_000
#: Pixels a page may have along one side, and all pages of a document together.
MAX_SIDE: Final = 4_096
MAX_PIXELS: Final = 200_000_000
#: Dots per point: 150 to the inch, at which small print is read; no coarser than 50.
_WANTED, _LEAST = 150 / 72, 50 / 72
#: The paper: darker than white, which would blind a reader in a dark room.
_PAPER: Final = (200, 200, 200, 255)
_DOCUMENT: Final = 0x00420011
_SOP_CLASS: Final = 0x00080016
_EMPTY: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources"
    b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 23>>stream\nBT /F 9 Tf (a) Tj ET   \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>"
)


@frozen
class Layout:
    """How many pages, and the one size in pixels that each is drawn on."""

    pages: int
    rows: int
    columns: int
    scale: float  # pixels per point

    @property
    def pixels(self) -> PixelFormat:
        return PixelFormat(self.rows, self.columns, 8, 8, 7, False, samples=3, photometric="RGB")


def preload() -> None:
    """Before the sandbox closes: the library, and the fonts that it looks for."""
    with _opened(_EMPTY) as document:
        layout = layout_of(document)
        _draw(document, 0, layout, np.empty((layout.rows, layout.columns, 3), np.uint8))


def is_pdf(found: Object10) -> bool:
    return object_code(found.text(_SOP_CLASS)) == "pdf"


def pages(data: bytes) -> bytes:
    """The layout of a Part 10 object's document, as JSON. Raises `Undecodable`."""
    found = reader.read(data)
    if not is_pdf(found):
        raise Undecodable("no-pixels")
    with _opened(_document(found)) as document:
        layout = layout_of(document)
    said = {"pages": layout.pages, "rows": layout.rows, "columns": layout.columns}
    return json.dumps(said).encode()


def frames(
    found: Object10,
    claimed: PixelFormat,
    wanted: list[dict[str, Any]],
    room: Callable[[dict[str, Any], PixelFormat], Pixels],
) -> Iterator[dict[str, Any]]:
    """Those pages drawn into the parent's memory, and what is said of each as it is done."""
    try:
        with _opened(_document(found)) as document:
            layout = layout_of(document)
            if (layout.rows, layout.columns) != (claimed.rows, claimed.columns):
                raise Undecodable("mismatch")
            for each in wanted:
                yield _frame(document, layout, each, room)
    except Undecodable as error:
        yield from ({"index": each["index"], "reason": error.reason} for each in wanted)


def _frame(
    document: pypdfium2.PdfDocument,
    layout: Layout,
    wanted: dict[str, Any],
    room: Callable[[dict[str, Any], PixelFormat], Pixels],
) -> dict[str, Any]:
    index = int(wanted["index"])
    try:
        if not 0 <= index < layout.pages:
            raise Undecodable("missing-frame")
        _draw(document, index, layout, room(wanted, layout.pixels))
    except Undecodable as error:
        return {"index": index, "reason": error.reason}
    return {"index": index, "reason": ""}


def layout_of(document: pypdfium2.PdfDocument) -> Layout:
    """Raises `Undecodable` where there is no page, or more than can be right."""
    count = len(document)
    if count == 0:
        raise Undecodable("damaged-pdf")
    if count > MAX_PAGES:
        raise Undecodable("budget")
    sizes = [_size(document, index) for index in range(count)]
    width, height = (max(side) for side in zip(*sizes, strict=True))
    alone = min(_WANTED, MAX_SIDE / max(width, height))
    shared = math.sqrt(MAX_PIXELS / (count * width * height))
    if shared < min(_LEAST, alone):
        raise Undecodable("budget")
    scale = min(alone, shared)
    rows, columns = max(1, int(height * scale)), max(1, int(width * scale))
    return Layout(count, rows, columns, scale)


def _size(document: pypdfium2.PdfDocument, index: int) -> tuple[float, float]:
    """Width and height in points."""
    try:
        width, height = document.get_page_size(index)
    except pypdfium2.PdfiumError as error:
        raise Undecodable("damaged-pdf") from error
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise Undecodable("damaged-pdf")
    return width, height


def _document(found: Object10) -> bytes:
    """The PDF itself (Encapsulated Document); its padding byte does no harm."""
    element = found.elements.get(_DOCUMENT)
    if element is None or not element.length:
        raise Undecodable("damaged-pdf")
    if element.start + element.length > len(found.data):
        raise Undecodable("truncated")
    return found.data[element.start : element.start + element.length]


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Undecodable("encrypted-pdf" if locked else "damaged-pdf") from error


def _draw(document: pypdfium2.PdfDocument, index: int, layout: Layout, onto: Pixels) -> None:
    """One page in the middle of the format; what the page does not cover stays black."""
    width, height = _size(document, index)
    columns = min(layout.columns, max(1, int(width * layout.scale)))
    rows = min(layout.rows, max(1, int(height * layout.scale)))
    left, top = (layout.columns - columns) // 2, (layout.rows - rows) // 2
    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        raise Undecodable("damaged-pdf") from error
    bitmap = pypdfium2.PdfBitmap.new_native(columns, rows, pdfium.FPDFBitmap_BGR, True)
    bitmap.fill_rect(_PAPER, 0, 0, columns, rows)
    flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, flags)
    onto[...] = 0
    onto[top : top + rows, left : left + columns] = bitmap.to_numpy()
    bitmap.close()
    page.close()
