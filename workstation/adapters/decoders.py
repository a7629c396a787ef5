"""The pool of decoder children: watchdog, respawn, checked answers.

`decode` is called from worker lanes. A child that dies, hangs or answers nonsense costs
the frame it was working on and nothing else: the child is replaced, the frame is
`NotDisplayable` with the reason.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

from attrs import define, field

from workstation.adapters.decoder_child import START_SECONDS, Asked, Child, Lost, text_length
from workstation.adapters.shared_memory import Arena, Slot
from workstation.decoder import budget
from workstation.decoder.messages import BadMessage, format_to_json
from workstation.dicom.reasons import Undecodable, not_displayable
from workstation.domain.identifiers import StudyRef
from workstation.domain.study import Frame
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels

_log = logging.getLogger("decoder")
_MIB = 1 << 20
#: A header as JSON is at most this many times its encoded form, and never more than that.
_HEADER_RATIO = 8
_HEADER_BYTES = 128 * _MIB
_TEXT_MEMORY = 256 * _MIB  # the dictionaries of a header on their way to JSON

Result = FramePixels | NotDisplayable


@define(eq=False)
class _Study:
    arena: Arena = field(factory=Arena)
    blocks: set[int] = field(factory=set)


class Decoders:
    """Decodes on a few children at once; any thread. `close` ends them all."""

    def __init__(self, children: int = 2, patience_seconds: float = 5.0) -> None:
        self._patience = patience_seconds
        self._studies: dict[StudyRef, _Study] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._all = [Child() for _ in range(children)]
        self._idle: queue.SimpleQueue[Child] = queue.SimpleQueue()
        for child in self._all:
            self._idle.put(child)

    @property
    def pids(self) -> tuple[int, ...]:
        with self._lock:
            return tuple(child.process.pid for child in self._all)

    def decode(self, data: bytes, frame: Frame, transfer_syntax: str) -> FramePixels:
        """One frame as it travelled. Raises `NotDisplayable`."""
        pending = self.start(data, [frame], transfer_syntax)
        assert pending is not None
        (result,) = pending.results()
        if isinstance(result, NotDisplayable):
            raise result
        return result

    def decode_object(self, data: bytes, frames: Sequence[Frame]) -> list[Result]:
        """Frames of one instance out of its Part 10 bytes, in the order asked."""
        pending = self.start(data, frames)
        assert pending is not None
        return pending.results()

    def header(self, data: bytes) -> bytes:
        """The header of a Part 10 object as DICOM JSON. Raises `NotDisplayable`."""
        return self.text("header", data, min(_HEADER_BYTES, _HEADER_RATIO * len(data)), {})

    def text(
        self, op: str, data: bytes, room: int, body: dict[str, Any], *, decodes: int = 0
    ) -> bytes:
        """What an operation of the child that gives no pixels answers. Raises `NotDisplayable`.

        `room` is the most it may be; `decodes` the bytes the child decodes on the way, of
        which `body` may name the memory that it takes.
        """
        try:
            _check_size(data)
            seconds = self._patience + (len(data) + room + decodes) / (4 * _MIB)
            return self._text(op, data, room, body, seconds)
        except Undecodable as error:
            raise not_displayable(error.reason) from None

    def _text(self, op: str, data: bytes, room: int, body: dict[str, Any], seconds: float) -> bytes:
        child = self._acquire(wait=True)
        assert child is not None
        try:
            slot = child.room_for_text(room)
            place = {"text": {"block": slot.block.number, "size": slot.size}}
            memory = {"memory": _TEXT_MEMORY + 4 * len(data) + 2 * room}
            asked = child.send(op, data, [slot], memory | place | body)
            answer = child.receive(asked, time.monotonic() + seconds)
            text = slot.text(text_length(answer, slot.size))
        except Lost as lost:
            self._lose(child, lost)
            raise Undecodable(lost.reason) from lost
        except BadMessage as error:
            self._lose(child, Lost("decoder-crashed"))
            raise Undecodable("decoder-crashed") from error
        except Undecodable:
            self._idle.put(child)
            raise
        self._idle.put(child)  # only now: its room for text is used again
        return text

    def start(
        self,
        data: bytes,
        frames: Sequence[Frame],
        transfer_syntax: str = "",
        *,
        wait: bool = True,
        any_object: bool = False,
    ) -> "Pending | None":
        """Begin to decode, so that the caller can go on reading; `results` brings it home.

        Without a transfer syntax `data` is a whole Part 10 object of these frames. None
        where every child is busy and `wait` is false: whoever holds pending work must
        finish the oldest before it waits for more. With `any_object` the object may be
        any one of the format of `frames`; `sop` of the result says which it was.
        """
        try:
            slots = self._slots(data, frames)
        except Undecodable as error:
            return Pending(self, frames, [], error.reason)
        child = self._acquire(wait)
        if child is None:
            return None
        pending = Pending(self, frames, slots, "", child)
        try:
            pending.send(data, transfer_syntax, self._patience, any_object)
        except Lost as lost:
            self._lose(child, lost)
            return Pending(self, frames, [], lost.reason)
        return pending

    def _acquire(self, wait: bool) -> Child | None:
        try:
            child = self._idle.get(block=wait)
        except queue.Empty:
            return None
        if not child.alive():  # died while idle: this frame has nothing to do with it
            child = self._replaced(child)
        return child

    def _lose(self, child: Child, lost: Lost) -> None:
        if not self._closed:  # at the end every child is told to leave, busy or not
            _log.warning("a decoder child was replaced: %s", lost.reason)
        self._idle.put(self._replaced(child))

    def settle(self, child: Child, asked: Asked, deadline: float) -> dict[str, Any]:
        """For `Pending`: the answer, and the child back in the pool, or a fresh one."""
        try:
            answer = child.receive(asked, deadline)
        except Lost as lost:
            self._lose(child, lost)
            raise
        self._idle.put(child)
        return answer

    def forget(self, ref: StudyRef) -> None:
        """Nothing of a closed study stays mapped in a child."""
        with self._lock:
            study = self._studies.pop(ref, None)
            children = list(self._all)
        if study is None:
            return
        for child in children:
            child.forget(study.blocks)
        self._sweep()

    def levels(self) -> tuple[str, ...]:
        """How deep the sandbox of a child is, for `selftest`; empty: it does not start."""
        child = self._idle.get()
        try:
            asked = child.send("drop", b"", (), {})
        except Lost as lost:
            self._lose(child, lost)
            return ()
        with contextlib.suppress(Lost):
            self.settle(child, asked, time.monotonic() + START_SECONDS)
        return child.levels or ()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            children, self._all = self._all, []
        for child in children:
            child.kill()
        self._studies.clear()

    def _sweep(self) -> None:
        """Let the idle children unmap at once; a busy one does at its next request."""
        waiting = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._idle.get_nowait())
        for child in waiting:
            child.drop_now()
            self._idle.put(child)

    def _slots(self, data: bytes, frames: Sequence[Frame]) -> list[Slot]:
        """Room for each frame, after what is claimed was checked."""
        _check_size(data)
        for frame in frames:
            budget.check_format(frame.pixels)
        key = frames[0].key
        with self._lock:
            study = self._studies.setdefault(StudyRef(key.site, key.study), _Study())
            slots = [study.arena.slot(frame.pixels) for frame in frames]
            study.blocks.update(slot.block.number for slot in slots)
        return slots

    def _replaced(self, child: Child) -> Child:
        child.kill()
        with self._lock:
            if self._closed:
                return child
            fresh = Child()
            self._all = [fresh if each is child else each for each in self._all]
        return fresh


def _check_size(data: bytes) -> None:
    if not data:
        raise Undecodable("truncated")
    if len(data) > budget.OBJECT_BYTES:
        raise Undecodable("budget")


class Pending:
    """Frames a child is working on. `results` must be called once, by who started it."""

    def __init__(
        self,
        pool: Decoders,
        frames: Sequence[Frame],
        slots: Sequence[Slot],
        reason: str,
        child: Child | None = None,
    ) -> None:
        self._pool = pool
        self.frames = frames
        self._slots = slots
        self._reason = reason
        self._child = child
        self._asked: Asked = (0, [])
        self._deadline = 0.0
        self.sop = ""  # of the object that was decoded, once there are results

    def send(
        self, data: bytes, transfer_syntax: str, patience_seconds: float, any_object: bool
    ) -> None:
        assert self._child is not None
        first = self.frames[0]
        wanted = [
            {"index": frame.key.frame_index, "block": slot.block.number, "offset": slot.offset}
            for frame, slot in zip(self.frames, self._slots, strict=True)
        ]
        body = {"format": format_to_json(first.pixels), "frames": wanted}
        sop = "" if any_object else first.key.sop
        body |= {"syntax": transfer_syntax} if transfer_syntax else {"sop": sop}
        op = "frame" if transfer_syntax else "object"
        self._asked = self._child.send(op, data, self._slots, body)
        size = len(data) + sum(slot.size for slot in self._slots)
        self._deadline = time.monotonic() + patience_seconds + size / (4 * _MIB)

    def results(self) -> list[Result]:
        """Pixels or the reason why not, in the order of the frames."""
        if self._child is None:
            return [not_displayable(self._reason) for _ in self.frames]
        try:
            answer = self._pool.settle(self._child, self._asked, self._deadline)
        except Lost as lost:
            return [not_displayable(lost.reason) for _ in self.frames]
        self.sop = answer.get("sop", "")
        return [
            not_displayable(each["reason"])
            if each["reason"]
            else FramePixels(slot.array(frame.pixels), each.get("colours", ""))
            for each, slot, frame in zip(answer["frames"], self._slots, self.frames, strict=True)
        ]
