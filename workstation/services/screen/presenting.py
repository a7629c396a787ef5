"""What objects say about how images are shown, and how much of it the reader lets them.

Shutters are on until they are lifted. A presentation state is offered and never imposed:
it is applied to one viewport, by the reader, and changes the images it names alone.
"""

from collections.abc import Iterable
from typing import Final

from workstation.domain.identifiers import FrameKey
from workstation.domain.presentation_state import PresentationState
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.services.screen.others_marks import OthersMarks
from workstation.services.screen.viewed import Shown, day
from workstation.text import isolated, tr, trn
from workstation.viewing.figures import Caption, Figure, figures
from workstation.viewing.presenting import Presented, offered, presented
from workstation.viewing.viewport import ViewportState

#: Names that fit a line of the overlay.
_NAMED: Final = 2


class Presenting:
    """Owned by the screen, lives on the home thread."""

    def __init__(self) -> None:
        self.marks = OthersMarks()
        self._states: dict[str, tuple[DisplaySet, PresentationState]] = {}
        self._made: dict[tuple[str, FrameKey], Presented | None] = {}
        self._offers: dict[str, tuple[PresentationState, ...]] = {}
        self._drawn: dict[tuple[str, FrameKey], tuple[Figure | Caption, ...]] = {}

    def know(self, display_sets: Iterable[DisplaySet]) -> None:
        for each in display_sets:
            if isinstance(each.annotation, PresentationState):
                self._states[each.annotation.sop] = (each, each.annotation)
        self.marks.know(display_sets)
        self._made.clear()
        self._drawn.clear()
        self._offers.clear()

    def forget(self) -> None:
        """The case is left."""
        self.marks.forget()
        self._states.clear()
        self._made.clear()
        self._drawn.clear()
        self._offers.clear()

    def offered(self, display_set: DisplaySet) -> tuple[PresentationState, ...]:
        """Presentation states of the same study that speak of these images, newest first."""
        if display_set.id not in self._offers:
            own = [
                state
                for source, state in self._states.values()
                if (source.study, source.site) == (display_set.study, display_set.site)
            ]
            self._offers[display_set.id] = offered(own, display_set.frames)
        return self._offers[display_set.id]

    def named(self, display_set: DisplaySet, name: str) -> PresentationState:
        """By its label, or by its number in the list, from 1. Raises CommandError."""
        found = self._need_offers(display_set)
        if name.isdecimal() and 1 <= int(name) <= len(found):
            return found[int(name) - 1]
        wanted = name.casefold()
        for state in found:
            if wanted in (state.label.casefold(), state.description.casefold(), state.sop):
                return state
        labels = ", ".join(f"{at} {each.label}" for at, each in enumerate(found, 1))
        raise CommandError(
            tr("no presentation state {name}; there are {labels}", name=name, labels=labels)
        )

    def after(self, display_set: DisplaySet, frame: Frame, sop: str) -> str:
        """The one after the state applied, round again by way of none; those of the image
        shown alone, where there are any."""
        found = self._need_offers(display_set)
        own = [state for state in found if state.is_of(frame.key)]
        names = ["", *(state.sop for state in own or found)]
        at = names.index(sop) if sop in names else 0
        return names[(at + 1) % len(names)]

    def of(self, state: ViewportState, display_set: DisplaySet, frame: Frame) -> Presented | None:
        """What the state applied makes of an image; None where it says nothing of it."""
        known = self._states.get(state.presentation)
        if known is None or (known[0].study, known[0].site) != (
            display_set.study,
            display_set.site,
        ):
            return None
        key = (state.presentation, frame.key)
        if key not in self._made:
            self._made[key] = presented(known[1], frame)
        return self._made[key]

    def figures(self, shown: Shown) -> tuple[Figure | Caption, ...]:
        """What others drew on the image of a viewport, as far as the reader asked for it."""
        marks = self.marks.figures(shown)
        if shown.presented is None:
            return marks
        key = (shown.state.presentation, shown.frame.key)
        if key not in self._drawn:
            self._drawn[key] = figures(shown.presented)
        return (*self._drawn[key], *marks)

    def words(self, shown: Shown) -> Iterable[tuple[str, int]]:
        """For the overlay, each with its level: what changes the image on this viewport can
        always be read, what could change it is there to be found."""
        known = self._states.get(shown.state.presentation)
        if known is not None:
            yield _applied(known[1], shown.presented), 1
        elif offers := self.offered(shown.display_set):
            yield _on_offer(offers), 2
        yield from self.marks.words(shown)
        if shown.drawn.overlays and shown.state.planes_hidden:
            yield tr("Overlay of the image hidden"), 1
        if shown.drawn.shutter is not None:
            yield (tr("Shutter lifted") if shown.state.shutter_lifted else tr("Shutter")), 1

    def _need_offers(self, display_set: DisplaySet) -> tuple[PresentationState, ...]:
        found = self.offered(display_set)
        if not found:
            raise CommandError(tr("no presentation state speaks of these images"))
        return found


def _applied(state: PresentationState, on_this: Presented | None) -> str:
    """Which state, by whom and when; or that it says nothing of the image shown."""
    label = _label(state)
    if on_this is None:
        return tr("Not of this image: {label}", label=label)
    who, when = isolated(state.creator), day(state.created)
    if who:
        words = tr("Shown as {label} by {who}, {day}", label=label, who=who, day=when)
    else:
        words = tr("Shown as {label}, {day}", label=label, day=when)
    return f"{words}; {state.left_out}" if state.left_out else words


def _on_offer(states: tuple[PresentationState, ...]) -> str:
    names = ", ".join(_label(state) for state in states[:_NAMED])
    more = len(states) - _NAMED
    if more > 0:
        names = tr("{names} and {n} more", names=names, n=more)
    return trn(
        len(states), "Presentation state: {names}", "Presentation states: {names}", names=names
    )


def _label(state: PresentationState) -> str:
    return isolated(state.label or state.description or tr("without a name"))
