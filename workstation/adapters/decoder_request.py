"""What a decoder child is asked for frames, and where their pixels go."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import evolve, frozen

from workstation.adapters.decoder_child import Asked, Child
from workstation.adapters.shared_memory import Slot
from workstation.decoder.messages import format_to_json
from workstation.domain.study import Frame

#: Blocks that one request may need; a child takes only so many descriptors at once.
_MOST_BLOCKS: Final = 8


@frozen
class Request:
    """What a child is asked to decode, and where to."""

    data: bytes
    frames: Sequence[Frame]
    slots: Sequence[Slot]
    transfer_syntax: str
    any_object: bool

    def without(self, count: int) -> "Request":
        """The same but for the first frames."""
        return evolve(self, frames=self.frames[count:], slots=self.slots[count:])

    def send(self, child: Child) -> Asked:
        """As many of the frames as a child has descriptors for. Raises `Lost`."""
        slots = self._slots_at_once()
        wanted = [
            {"index": frame.key.frame_index, "block": slot.block.number, "offset": slot.offset}
            for frame, slot in zip(self.frames, slots, strict=False)
        ]
        first = self.frames[0]
        body: dict[str, Any] = {"format": format_to_json(first.pixels), "frames": wanted}
        sop = "" if self.any_object else first.key.sop
        body |= {"syntax": self.transfer_syntax} if self.transfer_syntax else {"sop": sop}
        return child.send("frame" if self.transfer_syntax else "object", self.data, slots, body)

    def _slots_at_once(self) -> Sequence[Slot]:
        blocks: set[int] = set()
        for at, slot in enumerate(self.slots):
            blocks.add(slot.block.number)
            if len(blocks) > _MOST_BLOCKS:
                return self.slots[:at]
        return self.slots
