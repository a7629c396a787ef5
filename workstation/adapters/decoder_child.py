"""One decoder child: its process, the memory it has mapped, and what it is asked."""

import contextlib
import itertools
import queue
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from attrs import define, field

from workstation.adapters import decoder_answers, decoder_link
from workstation.adapters.decoder_answers import FrameAnswer
from workstation.adapters.decoder_watch import LOOK_SECONDS, Watch
from workstation.adapters.shared_memory import Block, Slot
from workstation.decoder.messages import OUT_OF_MEMORY, BadMessage, pack

#: From its start to the word that it is in its sandbox; on a cold disk it loads libraries.
START_SECONDS: Final = 60.0
_END_SECONDS: Final = 1.0
_MIB: Final = 1 << 20
#: The slowest codec makes this much a second of its own processor time, twice over.
_SPEED: Final = 4 * _MIB
#: Address space beyond what the watch allows: libraries reserve more than they use.
_HEADROOM: Final = 96 * _MIB

T = TypeVar("T")


class Lost(Exception):
    """The child is of no more use; `reason` says what happened to its frame."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@define
class Asked:
    """A request that was sent: what its answer is held against, and how far it has come."""

    number: int
    frames: Sequence[dict[str, Any]]
    watch: Watch
    done: list[FrameAnswer] = field(factory=list)


class Child:
    """One decoder process and the blocks it has mapped. Used by one thread at a time."""

    BLOCKS = 4  # mapped at once, apart from the input

    def __init__(self, patience_seconds: float) -> None:
        self.levels: tuple[str, ...] | None = None
        self._patience = patience_seconds
        self._input: Block | None = None
        self._text: Slot | None = None
        self._attached: dict[int, None] = {}
        self._drop: list[int] = []
        self._forgotten: queue.SimpleQueue[set[int]] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._link, self.process = decoder_link.start()

    def greet(self) -> None:
        """Wait for its first message: that it is in its sandbox, and how deep. Raises `Lost`."""
        if self.levels is not None:
            return
        if not self._safely(lambda: self._link.wait(START_SECONDS)):
            raise Lost("decoder-hung")
        self.levels = self._safely(lambda: decoder_answers.levels(self._link.receive()))

    def send(
        self,
        op: str,
        data: bytes,
        slots: Sequence[Slot],
        body: Mapping[str, Any],
        decodes: int = 0,
    ) -> Asked:
        """Send one request; `frames` or `text` takes what this returns. Raises `Lost`.

        `decodes` are bytes it decodes besides the slots; "memory" of `body` what it takes
        of its own, where that is not what frames take.
        """
        self.greet()
        self._take_forgotten()
        blocks = self._new_blocks(data, slots)
        working = body.get("memory", working_memory(len(data), slots))
        request = {
            "id": next(self._numbers),
            "op": op,
            "length": len(data),
            "attach": [{"id": i, "size": b.size, "name": b.name} for i, b in blocks],
            "drop": self._drop,
            **body,
            "memory": working + _HEADROOM + sum(block.size for _, block in blocks),
        }
        self._drop = []
        message, descriptors = pack(request), [block.handle for _, block in blocks]
        work = len(data) + decodes + sum(slot.size for slot in slots)
        watch = Watch(self.process.pid, self._patience + work / _SPEED, working)
        self._safely(lambda: self._link.send(message, descriptors))
        return Asked(request["id"], body.get("frames", ()), watch)

    def receive(self, asked: Asked) -> dict[str, Any]:
        """The answer to a request, as it came. Raises `Lost` when the watch gives up."""
        while True:
            if self._safely(lambda: self._link.wait(LOOK_SECONDS)):
                answer = self._safely(self._link.receive)
                if "done" not in answer:
                    return answer
                self._safely(partial(_step, asked, answer))
            elif reason := asked.watch.verdict():
                raise Lost(reason)

    def frames(self, asked: Asked) -> tuple[str, tuple[FrameAnswer, ...]]:
        """Which object it was and what became of its frames, checked. Raises `Lost`."""
        answer = self.receive(asked)
        return self._safely(
            lambda: (
                decoder_answers.sop(answer),
                decoder_answers.frames(answer, asked.number, asked.frames),
            )
        )

    def text(self, asked: Asked, slot: Slot) -> bytes:
        """The text that was asked for. Raises `Lost`, or `Undecodable` with the reason."""
        answer = self.receive(asked)
        return slot.text(self._safely(lambda: decoder_answers.text_length(answer, slot.size)))

    def room_for_text(self, size: int) -> Slot:
        """Where the child writes a text; a large one is not kept for the next."""
        if self._text is not None and size <= self._text.size <= 4 * _MIB:
            return self._text
        if self._text is not None:
            self._forgotten.put({self._text.block.number})
        block = Block(max(_MIB, size))
        self._text = Slot(block, block.read_only(), 0, block.size)
        return self._text

    def forget(self, blocks: set[int]) -> None:
        """Unmap blocks of a closed study at the next request. From any thread."""
        self._forgotten.put(blocks)

    def drop_now(self) -> None:
        """Tell the child at once what it was to forget; only while it is idle."""
        if self.levels is not None and not self._forgotten.empty():
            with contextlib.suppress(Lost):
                self.receive(self.send("drop", b"", (), {}))

    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self._link.close()
        self.process.wait()

    def _safely(self, act: Callable[[], T]) -> T:
        """Speak with the child; what goes wrong then is its end, with the reason."""
        try:
            return act()
        except TimeoutError as error:
            raise Lost("decoder-hung") from error
        except BadMessage as error:
            raise Lost("decoder-crashed") from error
        except (OSError, EOFError) as error:
            raise Lost(self._end()) from error

    def _end(self) -> str:
        """Why it is gone: a child that runs out of memory says so with its exit status."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self.process.wait(_END_SECONDS) == OUT_OF_MEMORY:
                return "decoder-memory"
        return "decoder-crashed"

    def _take_forgotten(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                forgotten = self._forgotten.get_nowait()
                gone = [block for block in self._attached if block in forgotten]
                for block in gone:
                    del self._attached[block]
                self._drop += gone

    def _new_blocks(self, data: bytes, slots: Sequence[Slot]) -> list[tuple[int, Block]]:
        """What the child has not mapped yet; the oldest make room."""
        new: list[tuple[int, Block]] = []
        if data:
            if self._input is None or self._input.size < len(data):
                self._input = Block(max(4 * _MIB, -(-len(data) // _MIB) * _MIB))
                new.append((0, self._input))
            self._input.write(data)
        for block in {slot.block.number: slot.block for slot in slots}.values():
            known = block.number in self._attached
            self._attached.pop(block.number, None)
            self._attached[block.number] = None  # the youngest now
            if not known:
                new.append((block.number, block))
        needed = {slot.block.number for slot in slots}
        while len(self._attached) > self.BLOCKS:
            oldest = next(iter(self._attached))
            if oldest in needed:
                break
            del self._attached[oldest]
            self._drop.append(oldest)
        return new


def _step(asked: Asked, answer: dict[str, Any]) -> None:
    """One of the frames is done: it is kept, and the next has time of its own."""
    done = decoder_answers.step(answer, asked.number, asked.frames, len(asked.done))
    asked.done.append(done)
    asked.watch = asked.watch.again()


def working_memory(length: int, slots: Sequence[Slot]) -> int:
    """Bytes of its own that a request may take in a child.

    The hungriest codec (OpenJPEG, 8 bit) holds 6.6 times the decoded frame; an object is
    copied, and inflated where it is deflated. The rest is for what headers become.
    """
    sizes = [slot.size for slot in slots]
    return 160 * _MIB + 2 * length + 10 * max(sizes, default=0) + sum(sizes)
