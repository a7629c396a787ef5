"""Autotexts and their holes as edits of a field: pure functions, from one value to the next."""

from attrs import evolve

from workstation.domain.autotext import Hole, holes
from workstation.domain.report_field import Field, FieldKind, Link
from workstation.errors import CommandError
from workstation.services.report.autotext_expansion import Expansion
from workstation.services.report.report_edits import inserted
from workstation.text import tr


def with_autotext(
    each: Field, caret: int | None, expansion: Expansion, link: Link | None = None, typed: int = 0
) -> tuple[Field, int]:
    """A field with an autotext in it, and the place behind its words.

    `caret` None: the whole field was taken, the words replace it. `typed` letters before
    the caret stood for the name and go. Raises CommandError where no words belong.
    """
    if each.spec.kind is FieldKind.NUMBER:
        raise CommandError(tr("{name} asks for a number", name=each.spec.label))
    if caret is None or each.removed:
        text, behind = expansion.text, len(expansion.text)
    else:
        start = max(0, caret - typed)
        before, after = each.text[:start], each.text[caret:]
        text, behind = inserted(before + after, start, expansion.text)
    changed = each.reworded(text)
    links = (*changed.links, link) if link is not None and link.text in text else changed.links
    return evolve(changed, links=links), behind


def next_hole(text: str, at: int) -> Hole | None:
    """The first hole from a place on."""
    return next((hole for hole in holes(text) if hole.start >= at), None)


def previous_hole(text: str, at: int) -> Hole | None:
    """The last hole that ends before a place."""
    return next((hole for hole in reversed(holes(text)) if hole.end <= at), None)


def hole_at(text: str, start: int) -> Hole | None:
    """The hole that begins there."""
    return next((hole for hole in holes(text) if hole.start == start), None)


def without_hole(each: Field, start: int, length: int) -> Field:
    """The field with a hole empty: what is written there next takes its place."""
    return each.reworded(each.text[:start] + each.text[start + length :])


def with_choice(each: Field, hole: Hole, number: int) -> tuple[Field, int] | None:
    """The field with a hole filled with one of its choices, from 1; and the place behind."""
    if not 1 <= number <= len(hole.choices):
        return None
    words = hole.choices[number - 1]
    text = each.text[: hole.start] + words + each.text[hole.end :]
    return each.reworded(text), hole.start + len(words)
