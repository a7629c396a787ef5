"""The audit log: records chained by hash, summed up in a signed tree, sent as AuditEvents.

A record ("leaf") is one line of canonical JSON. Its id is the SHA-256 of that line, it
names the id of the one before it (`prev`), and signed checkpoints state size and root
of the RFC 6962 tree over all lines: a record that is changed, dropped or moved is found.
"""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from workstation.protocols.canonical import canonical, sha256_hex
from workstation.protocols.merkle import Frontier
from workstation.protocols.signature import sign
from workstation.protocols.signing_key import SigningKey


@frozen
class Record:
    """What happened. `detail` holds codes and identifiers; never names, never report text."""

    action: str
    at: str  # ISO 8601, UTC
    site: str = ""
    who: str = ""  # "Practitioner/17"
    study: str = ""
    outcome: str = "success"
    detail: tuple[tuple[str, str], ...] = ()


@frozen
class Log:
    """The end of the log: all that is needed to write the next record.

    `previous` is the id of the last record, empty before the first.
    """

    frontier: Frontier = field(factory=Frontier)
    previous: str = ""

    def next_leaf(self, record: Record) -> str:
        """The line for `record` at this place of the log."""
        return canonical(
            {
                "n": self.frontier.size,
                "prev": self.previous,
                "action": record.action,
                "at": record.at,
                "site": record.site,
                "who": record.who,
                "study": record.study,
                "outcome": record.outcome,
                "detail": dict(record.detail),
            }
        ).decode()

    def with_leaf(self, leaf: str) -> "Log":
        data = leaf.encode()
        return Log(self.frontier.add(data), sha256_hex(data))

    def to_json(self) -> dict[str, Any]:
        peaks = [peak.hex() for peak in self.frontier.peaks]
        return {"n": self.frontier.size, "prev": self.previous, "peaks": peaks}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Log":
        """Raises KeyError, TypeError or ValueError where it is none."""
        peaks = tuple(bytes.fromhex(peak) for peak in stored["peaks"])
        frontier = Frontier(int(stored["n"]), peaks)
        if not frontier.consistent:
            raise ValueError("the peaks do not fit the size")
        return cls(frontier, str(stored["prev"]))


def checkpoint(log: Log, key: SigningKey, at: str, *, closing: bool = False) -> str:
    """Size and root, signed. A `closing` one ends an export: nothing was cut off after it."""
    statement = {
        "n": log.frontier.size,
        "root": log.frontier.root.hex(),
        "at": at,
        "closing": closing,
    }
    signature = sign(canonical(statement), key, at)
    return canonical({"checkpoint": statement, "signature": signature}).decode()


def export_lines(base: Log, leaves: tuple[str, ...], key: SigningKey, at: str) -> list[str]:
    """The log as JSON lines: where it begins, every record still here, a closing checkpoint."""
    end = base
    for leaf in leaves:
        end = end.with_leaf(leaf)
    lines = [canonical({"base": base.to_json()}).decode()]
    lines += [canonical({"leaf": leaf}).decode() for leaf in leaves]
    return [*lines, checkpoint(end, key, at, closing=True)]
