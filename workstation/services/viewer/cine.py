"""Cine: films on the views, each frame when its time has come.

The clock chooses the frame (`viewing.cine`); what the machine is too slow for is left out.
A frame that has not arrived stops the film until it has: a neighbour is never shown for it.
"""

from typing import Final

from workstation.domain.cine import Sequencing
from workstation.domain.identifiers import FrameKey
from workstation.domain.study import DisplaySetKind
from workstation.errors import CommandError
from workstation.services.images.frames import FrameStore
from workstation.services.jobs import Jobs
from workstation.services.ports.clock import Clock
from workstation.services.screen.playing import COUNTED_S, Playing
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.turntable import Turntable
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.viewing.cine import Film, film
from workstation.viewing.phases import Phases
from workstation.viewing.viewport import ViewportState

#: Modalities whose films are nothing while they stand still.
_BEGINNING: Final = frozenset({"US", "IVUS"})
#: Frames a second where none are recorded.
USUAL_RATE: Final = 10.0
_MOST_STEPS: Final = 99
_FASTER: Final = 1.25
_SPEEDS: Final = (0.1, 10.0)
_SOON_S: Final = 0.002


class Cine:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self,
        viewer: Viewer,
        store: FrameStore,
        jobs: Jobs,
        clock: Clock,
        rate: float = USUAL_RATE,
        *,
        begins: bool = False,
    ) -> None:
        """`rate` a second where none is recorded; `begins`: ultrasound plays by itself."""
        self._viewer = viewer
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._playing: dict[int, Playing] = {}
        self._speed = 1.0
        self._sequencing: Sequencing | None = None  # None: as the object prefers
        self._ticking = False
        self._rate, self._begins = rate, begins
        self._measured = 0  # how many measurements there were
        self._hung: dict[int, str | None] = {}  # what was on each view when it was last asked
        self._turntable = Turntable(viewer, jobs, clock)
        self._stopped: set[str] = set()  # display sets that the reader does not want to move
        viewer.steered.connect(self.hold)
        viewer.changed.connect(lambda _: self._follow())
        viewer.viewport_changed.connect(lambda _: self._begin_what_moves())
        viewer.painted.connect(self._painted)
        viewer.measurements_changed.connect(lambda _: self._hold_what_is_measured())

    def plays(self, index: int) -> bool:
        return index in self._playing or self._turntable.turns(index)

    def toggle(self) -> None:
        """Play or stop the active view. Raises CommandError where there is no film."""
        if self.plays(self._viewer.active):
            self.hold(self._viewer.active)
        else:
            self._play([self._viewer.active])

    def toggle_all(self) -> None:
        """Every view that has a film, from one beginning; or none of them."""
        views = range(len(self._viewer.viewports))
        if any(map(self.plays, views)):
            for index in views:
                self.hold(index)
        else:
            self._play(views)

    def turn(self, index: int) -> None:
        """A rendered volume on a view begins to turn by itself."""
        self._turntable.begin(index)

    def toggle_phases(self) -> None:
        """Play or stop the phases of the active view. Raises CommandError where it has one."""
        if self.plays(self._viewer.active):
            self.hold(self._viewer.active)
            return
        shown, found = (
            self._viewer.shown(self._viewer.active), self._viewer.phases(self._viewer.active)
        )  # fmt: skip
        if shown is None or found is None:
            raise CommandError(tr("this series has one phase: there is nothing to play"))
        now, made, state = self._clock.monotonic(), self._phase_film(found), shown.state
        recorded, begin = found.seconds is not None, made.begin_of(found.at)
        self._playing[shown.index] = Playing(
            shown.display_set.id, state.plane, found.ids, made, recorded, now, begin
        )
        self._tick()

    def hold(self, index: int) -> None:
        """The reader wants it to stay where it is: it does not begin by itself again."""
        self._turntable.stop(index)
        if (playing := self._playing.get(index)) is not None:
            self._stopped.add(playing.display_set)
            self._stop(index)

    def _stop(self, index: int) -> None:
        if self._playing.pop(index, None) is not None:
            self._viewer.say(index, "")

    def faster(self, steps: int) -> None:
        """Steps of a quarter; negative is slower."""
        few = max(-_MOST_STEPS, min(steps, _MOST_STEPS))
        self._turntable.faster(_FASTER**few)
        self._again(speed=max(_SPEEDS[0], min(self._speed * _FASTER**few, _SPEEDS[1])))

    def turn_round(self) -> None:
        """Loop or sweep, whatever the object prefers."""
        playing = next(iter(self._playing.values()), None)
        sweeps = self._sequencing is Sequencing.SWEEP
        if self._sequencing is None and playing is not None:
            sweeps = len(set(playing.film.frames)) < len(playing.film.frames)
        self._sequencing = Sequencing.LOOP if sweeps else Sequencing.SWEEP
        self._again(speed=self._speed)

    # --- inside ---

    def _play(self, indices: "range | list[int]") -> None:
        now = self._clock.monotonic()
        found = [s for i in indices if (s := self._viewer.shown(i)) is not None]
        films = [shown for shown in found if shown.place[1] > 1]
        volumes = [shown for shown in found if shown.rendering is not None]
        for shown in volumes:
            self._turntable.begin(shown.index)
        if not films and not volumes:
            raise CommandError(tr("there is nothing to play on this view"))
        for shown in films:
            made = self._film(shown)
            begin = made.begin_of(shown.place[0])
            recorded = shown.frame.timing is not None
            self._stopped.discard(shown.display_set.id)
            name, plane = shown.display_set.id, shown.state.plane
            self._playing[shown.index] = Playing(name, plane, (), made, recorded, now, begin)
        self._tick()

    def _phase_film(self, found: Phases) -> Film:
        """As fast as they were recorded, where they say when."""
        seconds = found.seconds
        rate = 1.0 / seconds if seconds else self._rate
        return film(len(found.ids), None, rate, self._sequencing)

    def _film(self, shown: Shown) -> Film:
        found = self._viewer.phases(shown.index)
        if found is not None and self._playing_phases(shown.index):
            return self._phase_film(found)
        return film(shown.place[1], shown.frame.timing, self._rate, self._sequencing)

    def _playing_phases(self, index: int) -> bool:
        return index in self._playing and bool(self._playing[index].phases)

    def _again(self, *, speed: float) -> None:
        """The same films from where they are, another way."""
        now = self._clock.monotonic()
        for index, playing in list(self._playing.items()):
            frame = playing.film.frame_at(playing.place(now, self._speed))
            shown = self._viewer.shown(index)
            if shown is not None:
                playing.film = self._film(shown)
                playing.at, playing.since = playing.film.begin_of(frame), now
        self._speed = speed
        self._tell()

    def _tick(self) -> None:
        """Show what is due, and come back when the next frame of any film is."""
        now, soonest = self._clock.monotonic(), 1.0
        for index, playing in list(self._playing.items()):
            place = playing.place(now, self._speed)
            frame = playing.film.frame_at(place)
            if self._arrived(index, frame):
                if playing.waiting:
                    playing.waiting, playing.at, playing.since = False, place, now
                play = self._viewer.play_phase if playing.phases else self._viewer.play_to
                play(index, frame)
                soonest = min(soonest, playing.film.until_next(place) / self._speed)
            elif not playing.waiting:
                playing.at, playing.waiting = playing.film.begin_of(frame), True
            soonest = min(soonest, 0.1) if playing.waiting else soonest
        self._tell()
        if self._playing and not self._ticking:
            self._ticking = True
            self._jobs.later(max(soonest, _SOON_S), self._next)

    def _next(self) -> None:
        self._ticking = False
        self._tick()

    def _arrived(self, index: int, frame: int) -> bool:
        """Held, packed or not: what is only not unpacked yet is a frame dropped, no stop."""
        if self._playing_phases(index):
            return self._viewer.phase_is_here(index, frame)
        shown = self._viewer.shown(index)
        if shown is not None and (shown.state.plane or shown.state.along):
            return shown.is_here  # every plane is, or none of them
        return shown is not None and self._store.has(shown.display_set.frames[frame].key)

    def _hold_what_is_measured(self) -> None:
        """What was just measured stays to be seen; marks of a draft stop nothing."""
        before, found = self._measured, self._viewer.measurements
        self._measured = len(found)
        shown = self._viewer.shown(self._viewer.active)
        if len(found) <= before or shown is None:
            return
        if found[-1].id in [mark.id for mark in self._viewer.measurements_on(shown.frame)]:
            self.hold(shown.index)

    def _follow(self) -> None:
        self._leave_what_is_gone()
        if not self._viewer.studies:
            self._stopped.clear()
            self._hung.clear()
        self._begin_what_moves()

    def _begin_what_moves(self) -> None:
        """A moving ultrasound that is hung is seen moving, once and not against the reader."""
        if not self._begins:
            return
        now = {index: state.display_set for index, state in enumerate(self._viewer.viewports)}
        fresh = [index for index, hung in now.items() if hung != self._hung.get(index)]
        self._hung = now
        found = (shown for index in fresh if (shown := self._viewer.shown(index)) is not None)
        moving = [
            shown.index
            for shown in found
            if shown.display_set.kind is DisplaySetKind.CINE
            and shown.display_set.modality in _BEGINNING
            and shown.display_set.id not in self._stopped
            and not self.plays(shown.index)
        ]
        if moving:
            self._play(moving)

    def _leave_what_is_gone(self) -> None:
        """Another series, another layout, no case any more."""
        for index, playing in list(self._playing.items()):
            states = self._viewer.viewports
            state = states[index] if index < len(states) else ViewportState()
            there = state.display_set in (playing.phases or (playing.display_set,))
            if not there or state.plane is not playing.plane:
                self._stop(index)

    def _painted(self, key: FrameKey) -> None:
        now = self._clock.monotonic()
        for index, playing in self._playing.items():
            shown = self._viewer.shown(index)
            if shown is not None and shown.frame.key == key:
                playing.seen.append(now)

    def _tell(self) -> None:
        now = self._clock.monotonic()
        for index, playing in self._playing.items():
            while playing.seen and playing.seen[0] < now - COUNTED_S:
                playing.seen.popleft()
            self._viewer.say(index, playing.words(self._speed))
