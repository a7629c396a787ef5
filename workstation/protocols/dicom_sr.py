"""The content tree of a structured report, from its DICOM JSON (PS3.3 C.17.3).

One reading for every document, ours and other people's: nothing in it is believed, and
depth and number of items are bounded.
"""

from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

from workstation.domain.measurement import PixelPoint
from workstation.protocols.dicom_attributes import Attributes

MAX_DEPTH: Final = 32
MAX_ITEMS: Final = 20_000
_CONTENT: Final = "0040A730"
_TEXTS: Final = ("0040A160", "0040A124", "0040A120", "0040A121", "0040A122")  # TEXT UIDREF dates


@frozen
class Code:
    """A concept (PS3.3 8.1); equal where value and scheme are."""

    value: str
    scheme: str
    meaning: str = ""

    @property
    def words(self) -> str:
        """What a reader reads: the meaning; the code itself where there is none."""
        return self.meaning or self.value

    def means(self, value: str, scheme: str) -> bool:
        return (self.value, self.scheme) == (value, scheme)


NO_CODE: Final = Code("", "")


@frozen
class ImageReference:
    """`frames` count from 1 as in the standard; empty: the whole instance."""

    sop_class: str
    sop: str
    frames: tuple[int, ...] = ()


@frozen
class ContentItem:
    """One item of the tree. Which of the values it has depends on `kind`, its value type."""

    kind: str  # "TEXT", "NUM", "SCOORD", "CONTAINER" …
    name: Code
    text: str = ""  # TEXT, PNAME, UIDREF, DATE, TIME, DATETIME
    code: Code = NO_CODE  # CODE
    number: float | None = None  # NUM; None: not stated
    unit: Code = NO_CODE
    graphic: str = ""  # SCOORD, SCOORD3D: POINT, MULTIPOINT, POLYLINE, POLYGON, CIRCLE, ELLIPSE
    coordinates: tuple[float, ...] = ()
    image: ImageReference | None = None  # IMAGE, COMPOSITE
    refers_to: tuple[int, ...] = ()  # the place of another item, in one without a value type
    values: Attributes = field(factory=Attributes, repr=False, eq=False)  # all it says
    children: tuple["ContentItem", ...] = ()

    @property
    def points(self) -> tuple[PixelPoint, ...]:
        """Of an SCOORD, as pairs; what is not pairs is no outline."""
        flat = self.coordinates
        if self.kind != "SCOORD" or len(flat) % 2:
            return ()
        return tuple(zip(flat[::2], flat[1::2], strict=True))

    def walk(self) -> Iterator["ContentItem"]:
        """This item and all below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()

    def child(self, value: str, scheme: str) -> "ContentItem | None":
        """The first child of that name."""
        return next((c for c in self.children if c.name.means(value, scheme)), None)


def content_tree(values: Attributes) -> ContentItem:
    """The root container of a document. What lies too deep or is too much is left out."""
    return _item(values, [MAX_ITEMS], 0)


def left_out(root: ContentItem) -> int:
    """How many items of the object are beyond the bounds of the tree."""
    waiting, found = [root.values], 0
    while waiting:
        found += 1
        waiting.extend(waiting.pop().items(_CONTENT))
    return found - sum(1 for _ in root.walk())


def _item(values: Attributes, left: list[int], depth: int) -> ContentItem:
    measured = values.item("0040A300")
    number = measured.number("0040A161")  # Floating Point Value is the exact one
    return ContentItem(
        kind=values.text("0040A040"),
        name=code_of(values.item("0040A043")),
        text=_text(values),
        code=code_of(values.item("0040A168")),
        number=measured.number("0040A30A") if number is None else number,
        unit=code_of(measured.item("004008EA")),
        graphic=values.text("00700023"),
        coordinates=values.numbers("00700022"),
        image=_image(values),
        refers_to=tuple(int(each) for each in values.numbers("0040DB73")),
        values=values,
        children=tuple(_children(values, left, depth + 1)),
    )


def _children(values: Attributes, left: list[int], depth: int) -> Iterator[ContentItem]:
    if depth > MAX_DEPTH:
        return
    for each in values.items(_CONTENT):
        if left[0] <= 0:
            return
        left[0] -= 1
        yield _item(each, left, depth)


def _text(values: Attributes) -> str:
    return values.person("0040A123") or next((t for tag in _TEXTS if (t := values.text(tag))), "")


def code_of(values: Attributes) -> Code:
    """An item of a code sequence (PS3.3 8.8); a long value or a URN is a value too."""
    value = values.text("00080100") or values.text("00080119") or values.text("00080120")
    return Code(value, values.text("00080102"), values.text("00080104"))


def _image(values: Attributes) -> ImageReference | None:
    referenced = values.item("00081199")
    sop = referenced.text("00081155")
    if not sop:
        return None
    frames = tuple(int(n) for n in referenced.numbers("00081160") if n >= 1)
    return ImageReference(referenced.text("00081150"), sop, frames)
