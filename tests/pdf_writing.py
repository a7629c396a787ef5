"""PDF documents and the DICOM objects around them, written byte by byte."""

from collections.abc import Sequence

from hostile.writing import element, part10, text, uid

from workstation.demo.paper import file_of

SOP = "1.2.826.0.1.3680043.9.1"
PDF = "1.2.840.10008.5.1.4.1.1.104.1"


def written(
    *sizes: tuple[int, int],
    catalog: bytes = b"",
    drawn: bytes = b"",
    more: Sequence[bytes] = (),
) -> bytes:
    """A PDF with a page of each size, in points: its number in large type, and `drawn`.

    The first object of `more` is /X to every page; of one page it has the number 6.
    """
    bodies = [b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog]
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(sizes)))
    bodies.append(b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, len(sizes)))
    bodies.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for n, (width, height) in enumerate(sizes):
        shown = b"%b      BT /F %d Tf 30 40 Td (Page %d) Tj ET" % (drawn, height // 6, n + 1)
        bodies.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>/XObject<</X %d 0 R>>>>>>"
            % (width, height, 5 + 2 * n, 4 + 2 * len(sizes))
        )
        bodies.append(b"<</Length %d>>stream\n%b\nendstream" % (len(shown), shown))
    bodies.extend(more)
    return file_of(bodies)


def encapsulated(document: bytes) -> bytes:
    body = [
        element(0x00080016, "UI", uid(PDF)),
        element(0x00080018, "UI", uid(SOP)),
        element(0x00080060, "CS", text("DOC")),
        element(0x0020000D, "UI", uid(f"{SOP}.1")),
        element(0x0020000E, "UI", uid(f"{SOP}.2")),
        element(0x00420010, "ST", text("Prior report")),
        element(0x00420011, "OB", document + b"\0" * (len(document) % 2)),
        element(0x00420012, "LO", text("application/pdf")),
    ]
    return part10(b"".join(body))
