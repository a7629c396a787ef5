"""Encapsulated PDF as pages, held against poppler: another reader of the same bytes."""

import json
import subprocess
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hostile.writing import element, part10, uid
from numpy.typing import NDArray
from pdf_writing import PDF, SOP, encapsulated, written
from programs import need

from workstation.adapters.decoders import Decoders
from workstation.adapters.documents import with_pages
from workstation.decoder import pdf
from workstation.dicom.reasons import WORDS
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyRef, StudyUID
from workstation.domain.study import Instance, Series
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.protocols.dicom_attributes import parse

DATA = Path(__file__).parents[4] / "shared" / "data" / "encapsulated_pdf"
REF = StudyRef(SiteId("s"), StudyUID("1.2"))
needs_data = [
    pytest.mark.data,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here"),
]


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=1)
    yield pool
    pool.close()


def pages(decoders: Decoders, data: bytes, sop: str = SOP) -> list[FramePixels | NotDisplayable]:
    """As a source gives them: described first, then decoded."""
    instance = Instance(SopUID(sop), SeriesUID("1.3"), PDF, 1, ())
    series = Series(SeriesUID("1.3"), 1, "DOC", "", (instance,))

    def object_of(_: FrameKey) -> bytes:
        return data

    (found,) = with_pages(REF, series, object_of, decoders).instances
    return decoders.decode_object(data, found.frames)


def reason(decoders: Decoders, data: bytes) -> str:
    (only,) = pages(decoders, data)
    assert isinstance(only, NotDisplayable)
    assert str(only) == WORDS[only.reason]
    return only.reason


def by_poppler(
    document: bytes, page: int, size: tuple[int, int], folder: Path
) -> NDArray[np.uint8]:
    """Grey, in as many pixels as ours."""
    need("pdftoppm")
    (folder / "in.pdf").write_bytes(document)
    rows, columns = size
    subprocess.run(
        [
            "pdftoppm", "-gray", "-f", str(page), "-l", str(page), "-singlefile",
            "-scale-to-x", str(columns), "-scale-to-y", str(rows),
            folder / "in.pdf", folder / "out",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    written_as = (folder / "out.pgm").read_bytes()
    pixels = np.frombuffer(written_as[-rows * columns :], np.uint8)
    return pixels.reshape(rows, columns)


def likeness(ours: NDArray[np.uint8], theirs: NDArray[np.uint8]) -> float:
    """Correlation of what both drew, in blocks of some 2 mm: each has its own Helvetica."""

    def coarse(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
        rows, columns = (side // 12 for side in picture.shape[:2])
        grey = picture.reshape(*picture.shape[:2], -1).mean(axis=2)[: rows * 12, : columns * 12]
        return np.asarray(grey.reshape(rows, 12, columns, 12).mean(axis=(1, 3)).ravel())

    return float(np.corrcoef(coarse(ours), coarse(theirs))[0, 1])


class TestPages:
    def test_each_page_is_the_picture_that_poppler_draws(
        self, decoders: Decoders, tmp_path: Path
    ) -> None:
        """A page upside down, cut or of another number is the wrong document."""
        document = written((300, 400), (300, 400), (300, 400), drawn=b"40 250 90 60 re f")
        shown = pages(decoders, encapsulated(document))
        assert len(shown) == 3
        pictures = []
        for number, page in enumerate(shown, 1):
            assert isinstance(page, FramePixels)
            size = (page.stored.shape[0], page.stored.shape[1])
            theirs = by_poppler(document, number, size, tmp_path)
            assert likeness(page.stored, theirs) > 0.9
            pictures.append(page.stored.tobytes())
        assert len(set(pictures)) == 3

    def test_pages_of_different_sizes_are_whole(self, decoders: Decoders) -> None:
        """All have one format; none is cut to it, and what is not page is black."""
        upright, lying = pages(decoders, encapsulated(written((200, 400), (400, 200))))
        assert isinstance(upright, FramePixels)
        assert isinstance(lying, FramePixels)
        assert upright.stored.shape == lying.stored.shape
        rows, columns = upright.stored.shape[:2]
        assert rows == columns
        assert upright.stored[rows // 2, 5].tolist() == [0, 0, 0]
        assert upright.stored[5, columns // 2].tolist() == [200, 200, 200]
        assert lying.stored[5, columns // 2].tolist() == [0, 0, 0]

    def test_paper_is_no_lamp(self, decoders: Decoders) -> None:
        """White over a whole screen costs a reader's adaptation to the dark."""
        (page,) = pages(decoders, encapsulated(written((300, 300))))
        assert isinstance(page, FramePixels)
        assert page.stored.max() <= 200

    @pytest.mark.parametrize("count", [1, 4])
    def test_a_scanned_letter_is_drawn(self, decoders: Decoders, count: int) -> None:
        """A4 in colour at 300 dots to the inch, the usual scan, is 26 MB a page to begin with."""
        pixels = zlib.compress(bytes([180, 90, 40]) * (2480 * 3508), 1)
        scan = (
            b"<</Type/XObject/Subtype/Image/Width 2480/Height 3508/BitsPerComponent 8"
            b"/ColorSpace/DeviceRGB/Filter/FlateDecode/Length %d>>stream\n%b\nendstream"
            % (len(pixels), pixels)
        )
        drawn = b"q 595 0 0 842 0 0 cm /X Do Q "
        document = written(*[(595, 842)] * count, drawn=drawn, more=[scan])
        shown = pages(decoders, encapsulated(document))
        assert len(shown) == count
        for page in shown:
            assert isinstance(page, FramePixels)
            assert page.stored[100, 100].tolist() == [180, 90, 40]

    def test_colours_are_not_exchanged(self, decoders: Decoders) -> None:
        """Red marks in a report must not come out blue: PDFium's own order is BGR."""
        document = written((300, 300), drawn=b"1 0 0 rg 0 0 300 300 re f 0 g")
        (page,) = pages(decoders, encapsulated(document))
        assert isinstance(page, FramePixels)
        assert page.stored[10, 10].tolist() == [255, 0, 0]


class TestRealFile:
    pytestmark = needs_data

    def test_the_shared_document_has_the_page_that_poppler_draws(
        self, decoders: Decoders, tmp_path: Path
    ) -> None:
        data = (DATA / "prior_report.dcm").read_bytes()
        (row,) = parse(decoders.header(data))
        (page,) = pages(decoders, data, row.text("00080018"))
        assert isinstance(page, FramePixels)
        document = data[data.index(b"%PDF") :]
        size = (page.stored.shape[0], page.stored.shape[1])
        said = subprocess.run(
            ["pdftotext", "-", "-"], input=document, capture_output=True, check=True
        ).stdout
        assert b"Prior report" in said
        assert likeness(page.stored, by_poppler(document, 1, size, tmp_path)) > 0.9


class TestDamage:
    @pytest.mark.parametrize(
        "document",
        [b"%PDF-1.4\n", b"no document", b"", written(), written((300, 300))[:90], b"\0" * 4000],
        ids=["header only", "other bytes", "empty", "no page", "cut", "zeros"],
    )
    def test_a_damaged_document_says_so(self, decoders: Decoders, document: bytes) -> None:
        """A grey page without a word would be read as an empty report."""
        assert reason(decoders, encapsulated(document)) == "damaged-pdf"

    def test_an_encrypted_document_says_so(self, decoders: Decoders) -> None:
        """PS3.3 A.45.1 does not forbid a password; the reader must know what to ask for."""
        key = b"<" + b"41" * 32 + b">"
        locked = written((300, 300)).replace(
            b"trailer<<",
            b"trailer<</ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O %b/U %b>>"
            % (key, key),
        )
        assert reason(decoders, encapsulated(locked)) == "encrypted-pdf"

    def test_a_bomb_of_pages_is_refused(self, decoders: Decoders) -> None:
        """More pages than anybody reads, from a few kilobytes."""
        assert reason(decoders, encapsulated(written(*[(9, 9)] * (pdf.MAX_PAGES + 1)))) == "budget"

    @pytest.mark.parametrize("side", [14_400, 9_999, 6_001, 4_321])
    def test_a_large_page_is_drawn_within_bounds(self, decoders: Decoders, side: int) -> None:
        """200 inches are the largest page there is; a poster is shown, smaller."""
        (page,) = pages(decoders, encapsulated(written((side, side // 2))))
        assert isinstance(page, FramePixels)
        assert max(page.stored.shape) <= pdf.MAX_SIDE

    def test_many_pages_share_what_there_is_of_memory(self, decoders: Decoders) -> None:
        """1000 pages at 150 dots to the inch would be six gigabytes."""
        data = encapsulated(written(*[(595, 842)] * 200))
        said = json.loads(decoders.text("pages", data, 4096, {}))
        assert said["pages"] == 200
        assert 0.9 * pdf.MAX_PIXELS < 200 * said["rows"] * said["columns"] <= pdf.MAX_PIXELS

    def test_another_object_is_not_taken_for_a_document(self, decoders: Decoders) -> None:
        with pytest.raises(NotDisplayable) as told:
            decoders.text("pages", part10(element(0x00080016, "UI", uid("1.2"))), 4096, {})
        assert told.value.reason == "no-pixels"


def test_nothing_in_a_document_acts(decoders: Decoders, tmp_path: Path) -> None:
    """Scripts, launches and links are not even looked at: the page is drawn as without them."""
    canary = tmp_path / "canary"
    acting = (
        b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\);this.exportDataObject\\(\\);)>>"
        b"/AA<</WC<</S/Launch/F(%b)>>>>" % str(canary).encode()
    )
    (acted,) = pages(decoders, encapsulated(written((300, 300), catalog=acting)))
    (plain,) = pages(decoders, encapsulated(written((300, 300))))
    assert isinstance(acted, FramePixels)
    assert isinstance(plain, FramePixels)
    assert np.array_equal(acted.stored, plain.stored)
    assert not canary.exists()


def endless(first: int) -> list[bytes]:
    """Each form draws the next one ten times: 10 to the 12th strokes. `first` is its number."""
    forms = [
        b"<</Type/XObject/Subtype/Form/BBox[0 0 300 300]/Resources<</XObject<</X %d 0 R>>>>"
        b"/Length %d>>stream\n%b\nendstream" % (first + 1 + n, 60, b"/X Do " * 10)
        for n in range(12)
    ]
    forms.append(
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 14>>stream\n0 0 m 9 9 l S \nendstream"
    )
    return forms


class TestHostile:
    """What PDFium itself is made to choke on costs its page; the next document is drawn."""

    def test_an_image_that_claims_gigabytes_costs_its_page_alone(self, decoders: Decoders) -> None:
        """A few kilobytes inflate to 40 000 x 40 000 pixels of four bytes."""
        pixels = zlib.compress(bytes(8_000_000), 9)
        bomb = (
            b"<</Type/XObject/Subtype/Image/Width 40000/Height 40000/BitsPerComponent 8"
            b"/ColorSpace/DeviceCMYK/Filter/FlateDecode/Length %d>>stream\n%b\nendstream"
            % (len(pixels), pixels)
        )
        document = written((300, 300), drawn=b"q 300 0 0 300 0 0 cm /X Do Q ", more=[bomb])
        (page,) = pages(decoders, encapsulated(document))
        if isinstance(page, NotDisplayable):
            assert page.reason in ("decoder-crashed", "decoder-memory", "decoder-hung")
        (after,) = pages(decoders, encapsulated(written((300, 300))))
        assert isinstance(after, FramePixels)

    def test_a_drawing_that_never_ends_is_stopped(self, decoders: Decoders) -> None:
        """A child that hung for ever would hold up every image behind it."""
        document = written((300, 300), drawn=b"/X Do ", more=endless(first=6))
        started = time.process_time()
        (page,) = pages(decoders, encapsulated(document))
        assert time.process_time() - started < 2.0  # of this process: it only waits
        assert isinstance(page, NotDisplayable)
        assert page.reason in ("decoder-hung", "decoder-crashed", "decoder-memory")
        (after,) = pages(decoders, encapsulated(written((300, 300))))
        assert isinstance(after, FramePixels)

    def test_a_page_that_takes_the_decoder_down_is_the_only_one_lost(
        self, decoders: Decoders
    ) -> None:
        """The pages before and after it are the report that the reader needs."""
        document = written(*[(300, 300)] * 6, more=endless(first=16))
        at = document.index(b"BT", document.index(b"10 0 obj"))  # what the fourth page draws
        document = document[: at - 6] + b"/X Do " + document[at:]
        shown = pages(decoders, encapsulated(document))
        assert [isinstance(page, FramePixels) for page in shown] == [
            True, True, True, False, True, True,
        ]  # fmt: skip
