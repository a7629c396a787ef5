"""What is marked in the open case: measurements, numbered and never bare, and key images.

Scales that a reader gave to images are kept with them: what was measured follows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from attrs import evolve

from workstation.domain.calibration import Calibration
from workstation.domain.identifiers import FrameKey
from workstation.domain.key_image import KeyImage, KeyTitle, SeenAs
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint, Sphere
from workstation.domain.study import Frame
from workstation.errors import CommandError
from workstation.imaging.calibrating import calibrated
from workstation.imaging.measure import rescaled
from workstation.services.screen.drafted_measurements import numbers_used
from workstation.services.screen.mark_steps import NOTHING, Keys, Marks, Step, Steps
from workstation.services.screen.placing import BY_NOBODY, Placing, pixels_of, placed
from workstation.services.screen.viewed import Shown
from workstation.text import tr
from workstation.viewing.patient_marks import on_frame
from workstation.viewing.viewport import ViewportState

Views = Mapping[str, ViewportState]
_NO_VIEWS: Views = MappingProxyType({})


class Measurements:
    """What the reader measured, in the order it was measured. Home thread; owned by `Viewer`."""

    def __init__(
        self,
        changed: Callable[[], None],
        theirs: Callable[[], Sequence[Measurement]] = tuple,
    ) -> None:
        self._changed, self._theirs = changed, theirs
        self._by_id: dict[str, Measurement] = {}
        self._keys: dict[FrameKey, KeyImage] = {}
        self._scales: tuple[Calibration, ...] = ()
        self._seen: dict[str, ViewportState] = {}  # as each was last placed or moved
        self._last: dict[str, int] = {}
        self._revisions: dict[str, int] = {}
        self._steps = Steps()
        self._kept = NOTHING  # as a draft brought it
        self.selected = ""

    @property
    def all(self) -> tuple[Measurement, ...]:
        return tuple(self._by_id.values())

    @property
    def key_images(self) -> tuple[KeyImage, ...]:
        """In the order they were marked."""
        return tuple(self._keys.values())

    def key_of(self, frame: FrameKey) -> KeyImage | None:
        return self._keys.get(frame)

    def toggle_key(self, shown: Shown, title: KeyTitle | None) -> KeyImage | None:
        """The image as it is seen now; the same title again, or none, takes the mark away.

        Raises CommandError where the image is not here: what is not seen is not marked.
        """
        pixels_of(shown)
        key, before = shown.frame.key, self._keys.get(shown.frame.key)
        keys = {each: mark for each, mark in self._keys.items() if each != key}
        made = None
        if before is None or title not in (None, before.title):
            state = shown.state
            seen = SeenAs(shown.voi, state.inverted, state.quarter_turns, state.flipped)
            made = KeyImage(
                key, title or KeyTitle.OF_INTEREST, seen,
                state.frame_index + 1, shown.display_set.label,
            )  # fmt: skip
            keys[key] = made
        self._take(self._by_id, keys)
        self._changed()
        return made

    def add(
        self,
        shown: Shown,
        kind: MeasurementKind,
        points: Sequence[PixelPoint],
        letter: str,
        text: str = "",
        placing: Placing = BY_NOBODY,
    ) -> Measurement:
        """Measure on the image shown. `letter` names its study: A current, B the prior.

        Raises
        ------
        CommandError
            The image is not here: what is not seen is not measured. Too few points.
        """
        made = placed(shown, kind, points, placing)
        made = evolve(
            made,
            id=self._fresh_name(letter),
            author=placing.author,
            image_number=_number(shown, made),
            series_label=shown.series_words,
            text=text,
        )
        self._take({**self._by_id, made.id: made})
        self._seen[made.id] = shown.state
        self.selected = made.id
        self._changed()
        return made

    def _fresh_name(self, letter: str) -> str:
        """A name is used once, so that a report cites what it cited."""
        self._last[letter] = self._last.get(letter, 0) + 1
        return f"{letter}{self._last[letter]}"

    def restore(self, brought: Step, names: Iterable[str] = (), views: Views = _NO_VIEWS) -> None:
        """Those of a draft, under their names; what was made meanwhile stays, renamed if need be.

        `names` were given too, to measurements that are gone. Nothing before it can be undone.
        """
        before, self._kept = self._kept, brought
        new = [m for m in self._by_id.values() if before.marks.get(m.id) != m]
        for letter, number in numbers_used([*self._by_id, *brought.marks, *names]).items():
            self._last[letter] = max(number, self._last.get(letter, 0))
        renamed = {self._fresh_name(m.id[0]) if m.id in brought.marks else m.id: m for m in new}
        own_views = {name: self._seen[m.id] for name, m in renamed.items() if m.id in self._seen}
        self._seen = {**views, **own_views}
        self._by_id = {**brought.marks, **{name: evolve(m, id=name) for name, m in renamed.items()}}
        # What an older draft had and this one has not was taken away: it does not come back.
        own = {at: key for at, key in self._keys.items() if before.keys.get(at) != key}
        self._keys = {**brought.keys, **own}
        gone = {*brought.scales, *before.scales}
        self._scales = (*brought.scales, *(each for each in self._scales if each not in gone))
        self._steps = Steps()
        self.selected = ""
        self._changed()

    def move(
        self,
        name: str,
        shown: Shown,
        points: Sequence[PixelPoint],
        placing: Placing = BY_NOBODY,
    ) -> Measurement:
        """Other points on the same frame; the revision grows, so that a report can tell."""
        old = self.find(name)
        if not shown.is_here or on_frame(old, shown.frame) is None:
            raise CommandError(tr("{id} is on another image", id=name))
        made = placed(shown, old.kind, points, placing)
        self._seen[old.id] = shown.state
        made = evolve(
            made,
            id=old.id,
            author=placing.author or old.author,
            image_number=_number(shown, made),
            series_label=shown.series_words,
            text=old.text,
            label_at=old.label_at,
        )
        return self._replace(made)

    def place_label(self, name: str, at: PixelPoint | None) -> Measurement:
        """Where its label stands, from its first point; None: where it is proposed.

        It says the same there: the revision stays, and what a report cites is not changed.
        """
        made = evolve(self.find(name), label_at=at)
        self._take({**self._by_id, made.id: made})
        self._changed()
        return made

    def of_layer(
        self, name: str, layer: Mapping[str, float], unit: str, sphere: Sphere | None = None
    ) -> Measurement:
        """What else was measured about the same place, in a volume."""
        return self._replace(evolve(self.find(name), layer=layer, layer_unit=unit, sphere=sphere))

    def label(self, name: str, text: str) -> Measurement:
        """The reader's own words beside a measurement; its name stays, as reports cite it."""
        return self._replace(evolve(self.find(name), text=text))

    def _replace(self, made: Measurement) -> Measurement:
        made = evolve(made, revision=self._next_revision(self._by_id[made.id]))
        self._take({**self._by_id, made.id: made})
        self._changed()
        return made

    # --- scales ---------------------------------------------------------------------

    @property
    def scales(self) -> tuple[Calibration, ...]:
        """What readers calibrated, the last one last."""
        return self._scales

    def scale(
        self, scales: Sequence[Calibration], frame_of: Callable[[FrameKey], Frame | None]
    ) -> tuple[Measurement, ...]:
        """These hold from now on. Gives the measurements whose values are others therefore.

        `frame_of` finds a frame as its object describes it.
        """
        again: dict[str, Measurement] = {}
        for mark in self._by_id.values():
            frame = frame_of(mark.frame) if mark.on is None else None
            made = mark if frame is None else rescaled(mark, calibrated(frame, scales))
            if (made.value, made.unit, made.note) != (mark.value, mark.unit, mark.note):
                again[mark.id] = evolve(made, revision=self._next_revision(mark))
        self._take({**self._by_id, **again}, scales=tuple(scales))
        self._changed()
        return tuple(again.values())

    def seen(self, name: str) -> ViewportState | None:
        """The view a measurement was placed in; None where a draft of earlier versions has it."""
        return self._seen.get(name)

    @property
    def views(self) -> Views:
        """Of all there are, as far as they are known."""
        return {name: self._seen[name] for name in self._by_id if name in self._seen}

    # --- taking back ----------------------------------------------------------------

    def undo(self) -> None:
        """What was last placed, moved, worded or deleted is as it was before."""
        self._restore(self._steps.back(self._step))

    def redo(self) -> None:
        self._restore(self._steps.again(self._step))

    @property
    def _step(self) -> Step:
        return Step(dict(self._by_id), dict(self._keys), self._scales)

    def _take(
        self,
        marks: Marks,
        keys: Keys | None = None,
        scales: tuple[Calibration, ...] | None = None,
    ) -> None:
        self._steps.remember(self._step)
        self._by_id = dict(marks)
        if keys is not None:
            self._keys = dict(keys)
        self._scales = self._scales if scales is None else scales

    def _restore(self, step: Step) -> None:
        """A revision is never given twice: a report that cites one means one value."""
        self._keys, self._scales = dict(step.keys), step.scales
        self._by_id = {
            name: evolve(mark, revision=self._next_revision(self._by_id[name]))
            if name in self._by_id and _says_else(self._by_id[name], mark)
            else mark
            for name, mark in step.marks.items()
        }
        if self.selected not in self._by_id:
            self.selected = ""
        self._changed()

    def _next_revision(self, mark: Measurement) -> int:
        latest = max(self._revisions.get(mark.id, 1), mark.revision)
        self._revisions[mark.id] = latest + 1
        return latest + 1

    # --- finding --------------------------------------------------------------------

    def find(self, name: str = "") -> Measurement:
        """By name; without one the selected, else the last."""
        wanted = name or self.selected or next(reversed(self._by_id), "")
        if (other := self._of_others(wanted)) is not None:
            raise CommandError(
                tr("{id} is reported by {who}: it is read, not changed", id=wanted,
                   who=other.author or tr("others"))
            )  # fmt: skip
        if wanted not in self._by_id:
            raise CommandError(tr("there is no measurement {id}", id=wanted))
        return self._by_id[wanted]

    def any_of(self, name: str = "") -> Measurement:
        """Also of those that a report has."""
        return self._of_others(name or self.selected) or self.find(name)

    def _of_others(self, name: str) -> Measurement | None:
        return next((each for each in self._theirs() if each.id == name), None)

    def select(self, name: str) -> None:
        self.selected = name and self.any_of(name).id
        self._changed()

    def delete(self, name: str = "") -> Measurement:
        gone = self.find(name)
        self._take({each: mark for each, mark in self._by_id.items() if each != gone.id})
        self.selected = ""
        self._changed()
        return gone

    def clear(self) -> None:
        """The case is left; undo in the next one must not bring this patient's marks there."""
        self._steps = Steps()
        self._revisions.clear()
        self._by_id.clear()
        self._keys.clear()
        self._scales = ()
        self._seen.clear()
        self._last.clear()
        self._kept = NOTHING
        self.selected = ""


def _number(shown: Shown, made: Measurement) -> int:
    """Of the image it is on, or nearest to, as a reader counts them."""
    if made.frame == shown.frame.key:
        return shown.state.frame_index + 1
    keys = [frame.key for frame in shown.display_set.frames]
    return keys.index(made.frame) + 1


def _says_else(now: Measurement, then: Measurement) -> bool:
    """Whether what a report may cite is another; where a label stands is not of it."""
    return evolve(now, label_at=then.label_at) != then
