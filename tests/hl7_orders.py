"""Orders of a hospital as messages, and a store that may be full."""

from collections.abc import Sequence

from workstation.adapters.memory_store import MemoryStore
from workstation.errors import StoreUnavailable
from workstation.services.ports.keeping import Change

HEAD = "MSH|^~\\&|RIS|H|||20261122143000||{}|C1|P|2.5.1\r"
PID = "PID|1||HG-1^^^HG^MR||Canary^Zelda||19580302|F\r"
ORDER = (HEAD.format("ORM^O01") + PID + "ORC|NW||A1\rOBR|1||A1|1^CT chest^L\r").encode()


class Disk(MemoryStore):
    """A store that says it is durable, and may be full."""

    durable = True
    full = False

    def change(self, changes: Sequence[Change]) -> None:
        if self.full:
            raise StoreUnavailable("the disk is full")
        super().change(changes)
