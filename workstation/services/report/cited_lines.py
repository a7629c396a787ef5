"""Lines of a report that cite measurements, each with its link."""

from collections.abc import Sequence

from attrs import evolve

from workstation.domain.report_field import Field, FieldKind, Link
from workstation.errors import CommandError
from workstation.text import tr


def with_lines(
    each: Field, caret: int | None, lines: Sequence[str], links: Sequence[Link]
) -> tuple[Field, int]:
    """A field with lines of their own that cite measurements, and the place behind them."""
    if each.spec.kind is FieldKind.NUMBER:
        raise CommandError(tr("{name} asks for a number", name=each.spec.label))
    place = len(each.text.rstrip()) if caret is None else caret
    before, after = each.text[:place].rstrip(" "), each.text[place:]
    words = "\n".join([before, *lines] if before else lines)
    text = words if not after.strip() else f"{words}\n{after.lstrip()}"
    kept = (*each.links, *links)
    return evolve(each, text=text, edited=True, source="", links=kept), len(words)
