"""The pool of decoder children: watchdog, respawn, checked answers.

`decode` is called from worker lanes. A child that dies, hangs, takes too much memory or
answers nonsense costs the frame it was working on and nothing else: the frame is
`NotDisplayable` with the reason, and the child in reserve takes over.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from attrs import define, field

from workstation.adapters import decoder_texts
from workstation.adapters.colour_profiles import ColourProfiles
from workstation.adapters.decoder_answers import FrameAnswer
from workstation.adapters.decoder_child import Asked, Child, Lost
from workstation.adapters.decoder_request import Request
from workstation.adapters.decoder_supply import Supply
from workstation.adapters.shared_memory import Arena, Slot, slot_apart
from workstation.decoder import budget
from workstation.dicom.reasons import Undecodable, not_displayable
from workstation.domain.identifiers import StudyRef
from workstation.domain.study import Frame
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels

_log = logging.getLogger("decoder")
_MIB: Final = 1 << 20
#: After so many children lost on one object the rest of its frames is not tried.
_MOST_LOST: Final = 3

Result = FramePixels | NotDisplayable


@define(eq=False)
class _Study:
    arena: Arena = field(factory=Arena)
    blocks: set[int] = field(factory=set)


class Decoders:
    """Decodes on a few children at once; any thread. `close` ends them all.

    `patience_seconds` of its own processor time are a child's for any frame; a large one
    has more. Where the system does not tell, the wall clock is held against a multiple.
    """

    def __init__(self, children: int = 2, patience_seconds: float = 1.2) -> None:
        self._studies: dict[StudyRef, _Study] = {}
        self._lock = threading.Lock()
        self._closed = False
        self.profiles = ColourProfiles(partial(decoder_texts.profile, self))
        self._supply = Supply(children, lambda: Child(patience_seconds))

    @property
    def pids(self) -> tuple[int, ...]:
        """Those at work, and the one in reserve when there is one."""
        return tuple(child.process.pid for child in self._supply.all)

    @property
    def reserves(self) -> int:
        """Children that wait in their sandbox for another one to be lost."""
        return self._supply.reserves

    def decode(self, data: bytes, frame: Frame, transfer_syntax: str) -> FramePixels:
        """One frame as it travelled. Raises `NotDisplayable`."""
        pending = self.start(data, [frame], transfer_syntax)
        assert pending is not None
        (result,) = pending.results()
        if isinstance(result, NotDisplayable):
            raise result
        return result

    def decode_apart(self, data: bytes, frame: Frame, transfer_syntax: str) -> FramePixels:
        """`decode` into memory of its own, which goes with the pixels: of a study that memory
        has no room for, a block with the neighbours would stay as long as one of them."""
        pending = self.start(data, [frame], transfer_syntax, apart=True)
        assert pending is not None
        (result,) = pending.results()
        for child in self._supply.all:
            child.forget(pending.blocks)
        if isinstance(result, NotDisplayable):
            raise result
        return result

    def decode_object(self, data: bytes, frames: Sequence[Frame]) -> list[Result]:
        """Frames of one instance out of its Part 10 bytes, in the order asked."""
        pending = self.start(data, frames)
        assert pending is not None
        return pending.results()

    def header(self, data: bytes, *, every: bool = False) -> bytes:
        """The header of a Part 10 object as DICOM JSON, with `every` private element if asked.
        Raises `NotDisplayable`."""
        return decoder_texts.header(self, data, every=every)

    def headers(self, objects: Iterable[bytes]) -> Iterator[bytes | NotDisplayable]:
        """The header of each object, or why there is none, in order."""
        return decoder_texts.headers(self, objects)

    def text(
        self, op: str, data: bytes, room: int, body: dict[str, Any], *, decodes: int = 0
    ) -> bytes:
        """Another operation of the child that gives no pixels. Raises `NotDisplayable`."""
        return decoder_texts.text(self, op, data, room, body, decodes=decodes)

    def start(
        self,
        data: bytes,
        frames: Sequence[Frame],
        transfer_syntax: str = "",
        *,
        wait: bool = True,
        any_object: bool = False,
        apart: bool = False,
    ) -> "Pending | None":
        """Begin to decode, so that the caller can go on reading; `results` brings it home.

        Without a transfer syntax `data` is a whole Part 10 object of these frames. None
        where every child is busy and `wait` is false: whoever holds pending work must
        finish the oldest before it waits for more. With `any_object` the object may be
        any one of the format of `frames`; `sop` of the result says which it was.
        """
        try:
            slots = self._slots(data, frames, apart=apart)
            child = self._supply.take(wait=wait)
        except (Undecodable, Lost) as error:
            return Pending(self, frames, error.reason)
        if child is None:
            return None
        pending = Pending(
            self, frames, "", Request(data, frames, slots, transfer_syntax, any_object)
        )
        pending.begin(child)
        return pending

    def lent(self) -> Child:
        """A child to work with; it goes back by `settled` or `lose`. Raises `Undecodable`."""
        try:
            child = self._supply.take()
        except Lost as lost:
            raise Undecodable(lost.reason) from lost
        assert child is not None
        return child

    def lent_now(self) -> Child | None:
        """The same without waiting; None where all are busy. Raises `Undecodable`."""
        try:
            return self._supply.take(wait=False)
        except Lost as lost:
            raise Undecodable(lost.reason) from lost

    def settled(self, child: Child) -> None:
        self._supply.give_back(child)

    def lose(self, child: Child, lost: Lost) -> None:
        if not self._closed:  # at the end every child is told to leave, busy or not
            _log.warning("a decoder child was replaced: %s", lost.reason)
        self._supply.replace(child)

    def forget(self, ref: StudyRef) -> None:
        """Nothing of a closed study stays mapped in a child."""
        with self._lock:
            study = self._studies.pop(ref, None)
        self.profiles.forget()
        if study is None:
            return
        for child in self._supply.all:
            child.forget(study.blocks)
        # Idle ones unmap at once, a busy one does at its next request.
        for child in self._supply.take_idle():
            child.drop_now()
            self._supply.give_back(child)

    def levels(self) -> tuple[str, ...]:
        """How deep the sandbox of a child is, for `selftest`; empty: it does not start."""
        try:
            child = self.lent()
        except Undecodable:
            return ()
        try:
            child.greet()
        except Lost as lost:
            self.lose(child, lost)
            return ()
        self.settled(child)
        return child.levels or ()

    def close(self) -> None:
        self._closed = True
        self._supply.close()
        self._studies.clear()

    def _slots(self, data: bytes, frames: Sequence[Frame], *, apart: bool) -> list[Slot]:
        """Room for each frame, after what is claimed was checked."""
        decoder_texts.check_size(data)
        for frame in frames:
            budget.check_format(frame.pixels)
        if apart:
            return [slot_apart(frame.pixels) for frame in frames]
        key = frames[0].key
        with self._lock:
            study = self._studies.setdefault(StudyRef(key.site, key.study), _Study())
            slots = [study.arena.slot(frame.pixels) for frame in frames]
            study.blocks.update(slot.block.number for slot in slots)
        return slots


class Pending:
    """Frames a child is working on. `results` must be called once, by who started it."""

    def __init__(
        self, pool: Decoders, frames: Sequence[Frame], reason: str, request: Request | None = None
    ) -> None:
        self._pool = pool
        self.frames = frames
        self._reason = reason
        self._request = request
        self._child: Child | None = None
        self._asked: Asked | None = None
        self._lost = 0
        #: Numbers of the blocks of memory that it is given.
        self.blocks = set() if request is None else {slot.block.number for slot in request.slots}
        self.sop = ""  # of the object that was decoded, once there are results

    def begin(self, child: Child) -> None:
        """Send what is still to be done to a child that was lent for it."""
        assert self._request is not None
        try:
            self._asked = self._request.send(child)
            self._child = child
        except Lost as lost:
            self._pool.lose(child, lost)
            self._reason = lost.reason

    def results(self) -> list[Result]:
        """Pixels or the reason why not, in the order of the frames."""
        results: list[Result] = []
        while self._child is not None and self._request is not None:
            answers = self._answers(self._child)
            results += [
                not_displayable(answer.reason)
                if answer.reason
                else self._taken(slot, frame, answer)
                for answer, slot, frame in zip(
                    answers, self._request.slots, self._request.frames, strict=False
                )
            ]
            self._request = self._request.without(len(answers))
            self._child = None
            if self._request.frames and self._lost < _MOST_LOST:
                self._go_on()
        return results + [not_displayable(self._reason) for _ in self.frames[len(results) :]]

    def _taken(self, slot: Slot, frame: Frame, answer: FrameAnswer) -> FramePixels:
        """What a child left in its slot, and what the object's profile makes of its colours."""
        pixels = frame.pixels
        return FramePixels(
            slot.array(pixels), answer.colours, slot.overlays(pixels), self._pool.profiles.of(frame)
        )

    def _answers(self, child: Child) -> Sequence[FrameAnswer]:
        """Of the frames that were sent; a lost child's last one is the frame that lost it."""
        assert self._asked is not None
        try:
            self.sop, answers = child.frames(self._asked)
        except Lost as lost:
            self._pool.lose(child, lost)
            self._lost += 1
            self._reason = lost.reason
            return [*self._asked.done, FrameAnswer(lost.reason)]
        self._pool.settled(child)
        return answers

    def _go_on(self) -> None:
        """What a lost child, or too many blocks, left undone."""
        try:
            self.begin(self._pool.lent())
        except Undecodable as error:
            self._reason = error.reason
