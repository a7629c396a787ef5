"""Segmentations and structure sets drawn on the images, when the reader asks for them.

They are somebody else's finding: hidden until asked for, and never without the name of
who or what drew them. Outlines of masks are traced on a worker and kept while the case
is open.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.structure import Colour, Mask, Structure, StructureSet
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.imaging.outline import Line, outlines
from workstation.imaging.pixels import FramePixels
from workstation.imaging.structure_values import StructureValues, values_in
from workstation.imaging.surface import Surface
from workstation.imaging.volume_voxels import Volume
from workstation.services.images.frames import FrameStore
from workstation.services.jobs import Job, Jobs
from workstation.services.screen.structure_planes import LANE, Asked, StructurePlanes
from workstation.services.screen.structure_surfaces import StructureSurfaces
from workstation.services.screen.structure_words import name_of, values_words, words_of
from workstation.services.screen.viewed import Shown
from workstation.services.signal import Signal
from workstation.text import tr
from workstation.viewing.structures import Drawn, contours_on, masks_on, placed, shares_space

#: Where the object recommends none: apart for the colour-blind too (Okabe and Ito 2008).
_COLOURS: Final[tuple[Colour, ...]] = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (213, 94, 0), (204, 121, 167),
)  # fmt: skip

_Values = dict[tuple[str, int], StructureValues]
_Traced = dict[tuple[FrameKey, int], tuple[Line, ...]]


@frozen
class Outlined:
    """One closed or open line on a viewport's image, with the colour and the name to show."""

    line: Line
    closed: bool
    colour: Colour
    name: str
    fill: float = 0.0  # how dense what it encloses is tinted


class Structures:
    """Owned by the application, lives on the home thread."""

    def __init__(self, store: FrameStore, jobs: Jobs) -> None:
        self.shown = False
        #: Lines that were asked for are there now.
        self.traced: Signal[None] = Signal()
        self.left: Signal[None] = Signal()  # the case is left: what was drawn here goes too
        self._store = store
        self._jobs = jobs
        self._sets: dict[str, DisplaySet] = {}
        self._lines: _Traced = {}
        self._under_way: set[FrameKey] = set()
        #: By display set and structure; empty until the reader asks.
        self.values: dict[tuple[str, tuple[str, int]], StructureValues] = {}
        #: How dense structures are filled on images and planes; 0: their lines alone.
        self.fill = 0.0
        self._planes = StructurePlanes(store, jobs, self.traced)
        self._surfaces = StructureSurfaces(jobs, self._planes, self.traced)

    def know(self, display_sets: Iterable[DisplaySet]) -> None:
        for each in display_sets:
            if each.structures is not None:
                self._sets[each.id] = each

    def forget(self) -> None:
        """The case is left; the next one begins with nothing drawn."""
        self._sets.clear()
        self._lines.clear()
        self._under_way.clear()
        self._planes.forget()
        self._surfaces.forget()
        self.values.clear()
        self.shown = False
        self.left.emit(None)

    def sources(self, shown: Shown) -> tuple[str, ...]:
        """What can be drawn on this viewport, and whose work it is; for its overlay."""
        words = (words_of(structures) for structures, _ in self._of_study(shown))
        return tuple(dict.fromkeys(words))  # one object may be several display sets

    def notes(self, shown: Shown) -> Iterable[tuple[str, int]]:
        """What is not drawn on a plane, and what was measured; with the level of each line."""
        if self.shown and shown.reformat is not None:
            yield from ((words, 1) for words in self._left_out(shown))
        if self.shown:
            yield from ((words, 1) for words in self._measured(shown))

    def _left_out(self, shown: Shown) -> list[str]:
        missing = self._planes.left_out(shown.display_set, self._asked(shown))
        if not missing:
            return []
        names = ", ".join(each.name for each in missing)
        return [tr("Not, or not wholly, drawn on planes: {names}", names=names)]

    def _measured(self, shown: Shown) -> list[str]:
        found = []
        for each in self._asked(shown):
            values = self.values.get((shown.display_set.id, each.key))
            if values is not None:
                found.append(f"{each.structure.name}: {values_words(values)}")
        return found

    def measure(self, shown: Shown, volume: Volume) -> Job[_Values]:
        """How large everything is that lies in the space of a view, and which values of a
        volume lie in it; said on the view, and gone when it is asked for again."""
        own = shown.display_set.id
        asked = self._asked(shown)
        if any((own, each.key) in self.values for each in asked):
            self.values.clear()
            self.traced.emit(None)
            done: Job[_Values] = Job()
            done.settle({})
            return done
        made = [(each.key, self._planes.grid(each, shown.display_set)) for each in asked]
        if not asked or any(grid is None for _, grid in made):
            raise CommandError(tr("the structures are not here yet, or there are none"))

        def work() -> _Values:
            grids = [(key, give()) for key, give in made if give is not None]
            return {key: values_in(grid, volume) for key, grid in grids if grid is not None}

        return self._jobs.run(work, lane=LANE).then(lambda job: self._came(own, job))

    def _came(self, own: str, job: Job[_Values]) -> None:
        if job.error is None and self._sets:  # else the case was left meanwhile
            self.values.update({(own, key): found for key, found in job.result().items()})
            self.traced.emit(None)

    def on(self, shown: Shown) -> tuple[Outlined, ...]:
        """Lines on the image of a viewport; empty while they are hidden."""
        if not self.shown or shown.rendering is not None:
            return ()
        return tuple(evolve(each, fill=self.fill) for each in self._outlines(shown))

    def _outlines(self, shown: Shown) -> tuple[Outlined, ...]:
        if shown.reformat is not None:
            return self._on_plane(shown)
        if shown.frame.plane is None and shown.curve is not None:
            return ()  # a straightened picture: nothing lies where it does in the patient
        images = {frame.key.sop for frame in shown.display_set.frames}
        found: list[Outlined] = []
        for structures, frames in self._of_study(shown):
            drawn = contours_on(shown.frame, images, structures)
            found.extend(_outlined(each, structures) for each in drawn)
            for mask in masks_on(shown.frame, images, structures, frames):
                found.extend(self._of_mask(mask, structures, frames[mask.frame], shown.frame))
        if shown.fused is not None:  # what lies on the layer is seen where the layer is
            above = {frame.key.sop for frame in shown.fused.display_set.frames}
            asked = [each for each in self._asked(shown) if _lies_on(each.structures, above)]
            found.extend(self._cut(shown, asked))
        return tuple(found)

    def surfaces(self, shown: Shown) -> tuple[Surface, ...]:
        """In a rendered volume; empty while they are hidden, and where single values are seen."""
        made = shown.rendering
        if not self.shown or made is None or not made.preset.projection.composes:
            return ()
        asked = self._asked(shown)
        usual = [_colour(each.structure, each.structures) for each in asked]
        return self._surfaces.on(shown, asked, usual)

    def set_opacity(self, shown: Shown, name: str, opacity: float) -> None:
        """Of one by its name or number, or of all. Raises CommandError with those there are."""
        for each in self._named(shown, name):
            self._surfaces.set_opacity(each.key, opacity)
        self.traced.emit(None)

    def set_colour(self, shown: Shown, name: str, colour: Colour) -> None:
        """Of one by its name or number, in rendered volumes."""
        for each in self._named(shown, name):
            self._surfaces.set_colour(each.key, colour)
        self.traced.emit(None)

    def _named(self, shown: Shown, name: str) -> list[Asked]:
        every = self._asked(shown)
        found = [each for each in every if not name or _is_called(each.structure, name)]
        if not found:
            names = ", ".join(each.structure.name for each in every)
            raise CommandError(tr("no structure here is {name}: {names}", name=name, names=names))
        return found

    def _asked(self, shown: Shown) -> list[Asked]:
        """Everything that lies in the space of a view."""
        return [
            Asked(structures, structure, frames)
            for structures, frames in self._of_study(shown)
            if shares_space(shown.frame, shown.display_set.frames, structures, frames)
            for structure in structures.structures
        ]

    def _on_plane(self, shown: Shown) -> tuple[Outlined, ...]:
        """What a plane cuts of everything that lies in its space."""
        return self._cut(shown, self._asked(shown))

    def _cut(self, shown: Shown, asked: Sequence[Asked]) -> tuple[Outlined, ...]:
        lines = self._planes.on(shown, asked)
        return tuple(
            _outlined(Drawn(each.structure, line, True), each.structures)
            for each in asked
            for line in lines.get(each.key, ())
        )

    def arrived(self, key: FrameKey) -> None:
        """Pixels of a mask came after it was asked for."""
        if self.shown and any(key == f.key for each in self._sets.values() for f in each.frames):
            self.traced.emit(None)

    def _of_study(self, shown: Shown) -> Iterable[tuple[StructureSet, Mapping[FrameKey, Frame]]]:
        """Of the study and patient shown alone: nobody else's lines are ever drawn."""
        for each in self._sets.values():
            of_study = (each.site, each.study) == (shown.study.ref.site, shown.study.ref.study)
            if of_study and _of_one_patient(each, shown.display_set):
                assert each.structures is not None
                yield each.structures, {frame.key: frame for frame in each.frames}

    def _of_mask(
        self, mask: Mask, structures: StructureSet, source: Frame, frame: Frame
    ) -> Iterable[Outlined]:
        numbers = (
            [mask.structure]
            if mask.structure is not None
            else [each.number for each in structures.structures]
        )
        for number in numbers:
            structure = structures.structure(number)
            if structure is None:
                continue
            for line in self._traced(mask, number, structures):
                here = placed(line, source, frame)
                if here is not None:
                    yield _outlined(Drawn(structure, here, True), structures)

    def _traced(self, mask: Mask, number: int, structures: StructureSet) -> tuple[Line, ...]:
        """What is traced already; else it is asked for and `traced` tells when it is there."""
        if (mask.frame, number) not in self._lines:
            self._trace(mask, structures)
        return self._lines.get((mask.frame, number), ())

    def _trace(self, mask: Mask, structures: StructureSet) -> None:
        pixels = self._store.get(mask.frame)
        if pixels is None or mask.frame in self._under_way:
            return
        self._under_way.add(mask.frame)
        self._jobs.run(_tracer(pixels, mask, structures), lane="structures", on_done=self._done)

    def _done(self, lines: _Traced) -> None:
        if {key for key, _ in lines} <= self._under_way:  # else the case was left meanwhile
            self._lines.update(lines)
            self.traced.emit(None)


def _lies_on(structures: StructureSet, images: Container[SopUID]) -> bool:
    return any(sop in images for mask in structures.masks for sop, _ in mask.sources)


def _of_one_patient(lines: DisplaySet, images: DisplaySet) -> bool:
    if lines.patient is None or images.patient is None:
        return True
    return lines.patient.may_be(images.patient)


def _tracer(pixels: FramePixels, mask: Mask, structures: StructureSet) -> Callable[[], _Traced]:
    """On a worker: the outlines of every structure of one mask."""

    def trace() -> _Traced:
        stored = pixels.stored
        if mask.structure is not None:
            return {(mask.frame, mask.structure): outlines(stored >= structures.threshold)}
        return {
            (mask.frame, each.number): outlines(stored == each.number)
            for each in structures.structures
        }

    return trace


def _outlined(drawn: Drawn, structures: StructureSet) -> Outlined:
    colour = _colour(drawn.structure, structures)
    return Outlined(drawn.line, drawn.closed, colour, name_of(drawn.structure))


def _colour(structure: Structure, structures: StructureSet) -> Colour:
    at = structures.structures.index(structure)
    return structure.colour or _COLOURS[at % len(_COLOURS)]


def _is_called(structure: Structure, name: str) -> bool:
    return name.casefold() in (structure.name.casefold(), str(structure.number))
