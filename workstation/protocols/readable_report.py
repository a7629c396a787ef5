"""A structured report as a document that is read from top to bottom (PS3.3 A.35, C.17).

Every content item becomes at least one line, in the order of the object: what is not
understood is named, what is beyond a bound is counted. Nothing is interpreted as markup.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from attrs import evolve

from workstation.domain.document import DocumentLine, TextDocument
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_sr import Code, ContentItem, code_of, content_tree, left_out
from workstation.text import tr, trn

#: Characters of a line; a longer text goes on in the next one, so that each fits on a view.
WIDTH: Final = 96
#: Lines of one text value, and of the whole document.
MAX_TEXT_LINES: Final = 2_000
MAX_LINES: Final = 40_000
_MOMENT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:\.\d*)?)?([+-]\d{4})?")
_TIME: Final = re.compile(r"(\d\d)(\d\d)(\d\d)?(?:\.\d*)?")
_REFERENCED: Final = "00081199"


def readable_report(row: Attributes) -> TextDocument | None:
    """None where the object has no content tree."""
    if row.text("0040A040") != "CONTAINER" and not row.has("0040A730"):
        return None
    root = content_tree(row)
    lines = [*_about(row)]
    for child in root.children:
        lines.extend(_lines(child, 0))
    beyond = left_out(root)
    if len(lines) > MAX_LINES:
        beyond += len(lines) - MAX_LINES
        del lines[MAX_LINES:]
    if beyond:
        words = trn(beyond, "{n} more item is not shown", "{n} more items are not shown")
        lines.append(DocumentLine(words))
    title = root.name.words or row.text("0008103E") or tr("Structured report")
    return TextDocument(title, tuple(lines))


# --- who, when, how sure --------------------------------------------------------------


def _about(row: Attributes) -> Iterable[DocumentLine]:
    """Date, author, completion and verification (PS3.3 C.17.2)."""
    written = _moment(row.text("00080023") + row.text("00080033"))
    said = [
        (tr("Written"), written),
        (tr("Institution"), row.text("00080080")),
        *((tr("Author"), _observer(each, "0040A123")) for each in row.items("0040A078")),
        (tr("State"), _state(row)),
        *((tr("Verified by"), _verifier(each)) for each in row.items("0040A073")),
    ]
    for name, words in said:
        if words:
            yield from _wrapped(f"{name}: {words}", name=name)
    if earlier := sum(1 for _ in row.items("0040A360")):
        yield DocumentLine(
            trn(earlier, "Replaces {n} earlier document", "Replaces {n} earlier documents")
        )


def _state(row: Attributes) -> str:
    """Completion, preliminary and verification flags."""
    words = {
        "COMPLETE": tr("complete"),
        "PARTIAL": tr("partial"),
        "VERIFIED": tr("verified"),
        "UNVERIFIED": tr("not verified"),
        "PRELIMINARY": tr("preliminary"),
        "FINAL": tr("final"),
    }
    flags = (row.text(tag) for tag in ("0040A491", "0040A496", "0040A493"))
    said = [words.get(flag, flag) for flag in flags if flag]
    return ", ".join([*said, *filter(None, [row.text("0040A492")])])


def _observer(item: Attributes, name: str) -> str:
    parts = (item.person(name), item.text("00081010"), item.text("00080080"))
    return ", ".join(part for part in parts if part)


def _verifier(item: Attributes) -> str:
    parts = (item.person("0040A075"), item.text("0040A027"), _moment(item.text("0040A030")))
    return ", ".join(part for part in parts if part)


# --- the tree -------------------------------------------------------------------------


def _lines(item: ContentItem, depth: int) -> Iterable[DocumentLine]:
    if item.kind == "CONTAINER":
        if name := item.name.words:
            yield from _wrapped(name, depth=depth, heading=True)
            depth += 1
    else:
        named = _named_objects(item)
        for line in _wrapped(*_said(item), depth=depth, name=item.name.words):
            uid = next((each for each in named if each in line.text.split()), "")
            yield evolve(line, refers=uid) if uid else line
        depth += 1
    for child in item.children:
        yield from _lines(child, depth)


def _named_objects(item: ContentItem) -> list[str]:
    """SOP Instance UIDs of the images and objects that a reference names."""
    if item.kind not in ("IMAGE", "COMPOSITE", "WAVEFORM"):
        return []
    return [uid for each in item.values.items(_REFERENCED) if (uid := each.text("00081155"))]


def _said(item: ContentItem) -> list[str]:
    """Name and value; a text of several lines stays so."""
    if not item.kind:
        place = ".".join(str(each) for each in item.refers_to)
        words = tr("see item {place}", place=place) if place else tr("an item without a value")
        return [_named(item.name, words)]
    value = _VALUES.get(item.kind)
    if value is None:
        return [_named(item.name, tr("{type}: not understood here", type=item.kind))]
    first, *rest = value(item.values) or [tr("no value")]
    return [_named(item.name, first), *rest]


def _named(name: Code, words: str) -> str:
    return f"{name.words}: {words}" if name.words else words


def _text(values: Attributes) -> list[str]:
    return list(values.lines("0040A160"))


def _code(values: Attributes) -> list[str]:
    return [words] if (words := code_of(values.item("0040A168")).words) else []


def _number(values: Attributes) -> list[str]:
    """The number as it is written, its unit, and why it is missing (PS3.3 C.18.1)."""
    measured = values.item("0040A300")
    written = measured.digits("0040A30A")
    unit = code_of(measured.item("004008EA"))
    qualifier = code_of(values.item("0040A301")).words
    parts = [f"{written} {_unit(unit)}".rstrip() if written else ""]
    if qualifier:
        parts.append(f"({qualifier})")
    words = " ".join(part for part in parts if part)
    return [words] if words else []


def _unit(unit: Code) -> str:
    """UCUM's own sign where it is one; "{pixels}" and "[hnsf'U]" are better in words."""
    if unit.value == "1" and unit.scheme == "UCUM":
        return ""
    short = unit.scheme == "UCUM" and not set("{[") & set(unit.value)
    return unit.value if short and unit.value else unit.words


def _person(values: Attributes) -> list[str]:
    return [name] if (name := values.person("0040A123")) else []


def _date(values: Attributes) -> list[str]:
    return _some(_moment(values.text("0040A121")))


def _time(values: Attributes) -> list[str]:
    written = values.text("0040A122")
    found = _TIME.fullmatch(written)
    return _some(":".join(filter(None, found.groups())) if found else written)


def _date_time(values: Attributes) -> list[str]:
    return _some(_moment(values.text("0040A120")))


def _identifier(values: Attributes) -> list[str]:
    return _some(values.text("0040A124"))


def _some(words: str) -> list[str]:
    return [words] if words else []


def _reference(kind: str) -> Callable[[Attributes], list[str]]:
    def said(values: Attributes) -> list[str]:
        found = []
        for item in values.items(_REFERENCED):
            words = tr("{kind} {uid}", kind=tr(kind), uid=item.text("00081155") or tr("unknown"))
            if frames := ", ".join(f"{each:g}" for each in item.numbers("00081160")):
                words += " · " + tr("frame {n}", n=frames)
            if segments := ", ".join(f"{each:g}" for each in item.numbers("0062000B")):
                words += " · " + tr("segment {n}", n=segments)
            found.append(words)
        return found

    return said


def _shape(values: Attributes) -> list[str]:
    """A region on an image, or in the patient: what it is and how many points it has."""
    dimensions = 3 if values.has("30060024") else 2
    points = len(values.numbers("00700022")) // dimensions
    drawn = values.text("00700023").lower() or tr("region")
    return [f"{drawn}, {trn(points, '{n} point', '{n} points')}"]


def _range(values: Attributes) -> list[str]:
    """When in a recording (PS3.3 C.18.7)."""
    places = values.digits("0040A132") or values.digits("0040A138")
    moments = ", ".join(values.texts("0040A13A"))
    said = f"{values.text('0040A130').lower()} {places or moments}".strip()
    return [said] if said else []


_VALUES: Final[Mapping[str, Callable[[Attributes], list[str]]]] = MappingProxyType(
    {
        "TEXT": _text,
        "CODE": _code,
        "NUM": _number,
        "PNAME": _person,
        "DATE": _date,
        "TIME": _time,
        "DATETIME": _date_time,
        "UIDREF": _identifier,
        "IMAGE": _reference("Image"),
        "COMPOSITE": _reference("Object"),
        "WAVEFORM": _reference("Waveform"),
        "SCOORD": _shape,
        "SCOORD3D": _shape,
        "TCOORD": _range,
    }
)


def _moment(written: str) -> str:
    """ "2026-11-25 14:30"; what is no date stays as it is written."""
    found = _MOMENT.fullmatch(written)
    if found is None:
        return written
    year, month, day, hour, minute, second, zone = found.groups()
    clock = ":".join(filter(None, (hour, minute, second)))
    return " ".join(filter(None, (f"{year}-{month}-{day}", clock, zone)))


def _wrapped(
    *texts: str, depth: int = 0, heading: bool = False, name: str = ""
) -> Iterable[DocumentLine]:
    """Lines of a bounded width; the rest of a text stands one step further in. `name` and a
    colon begin the first."""
    count, named = 0, len(" ".join(name.split())) + 1 if name else 0
    for text in texts:
        for part in textwrap.wrap(text, WIDTH, break_on_hyphens=False) or [""]:
            if count == MAX_TEXT_LINES:
                yield DocumentLine(tr("the rest of this text is not shown"), depth + 1)
                return
            yield DocumentLine(
                part, depth + (1 if count else 0), heading, 0 if count else min(named, len(part))
            )
            count += 1
