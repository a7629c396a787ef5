"""The audit log: records chained by hash, summed up in a signed tree, sent as AuditEvents.

A record ("leaf") is one line of canonical JSON. Its id is the SHA-256 of that line, it
names the id of the one before it (`prev`), and signed checkpoints state size and root
of the RFC 6962 tree over all lines: a record that is changed, dropped or moved is found.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from workstation.errors import VerificationFailed
from workstation.protocols.canonical import canonical, sha256_hex
from workstation.protocols.fhir_values import RW
from workstation.protocols.merkle import Frontier
from workstation.protocols.signature import check, sign
from workstation.protocols.signing_key import SigningKey
from workstation.text import tr

_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"

#: Our actions as PS3.15 A.5 names them: code, meaning, FHIR action.
EVENTS: Final = {
    "start": ("110100", "Application Activity", "E"),
    "stop": ("110100", "Application Activity", "E"),
    "sign-in": ("110114", "User Authentication", "E"),
    "sign-out": ("110114", "User Authentication", "E"),
    "lock": ("110114", "User Authentication", "E"),
    "unlock": ("110114", "User Authentication", "E"),
    "query": ("110112", "Query", "E"),
    "chart": ("110110", "Patient Record", "R"),
    "accessed": ("110103", "DICOM Instances Accessed", "R"),
    "prefetch": ("110104", "DICOM Instances Transferred", "R"),
    "export": ("110106", "Export", "R"),
    "claim": ("110109", "Order Record", "U"),
    "release": ("110109", "Order Record", "U"),
    "draft": ("110110", "Patient Record", "U"),
    "calibrate": ("110110", "Patient Record", "U"),
    "identity": ("110110", "Patient Record", "U"),
    "critical": ("110110", "Patient Record", "U"),
    "override": ("110110", "Patient Record", "U"),
    "sign": ("110110", "Patient Record", "C"),
    "settle": ("110110", "Patient Record", "U"),
    "deliver": ("110110", "Patient Record", "C"),
    "security-alert": ("110113", "Security Alert", "E"),
}
_OUTCOMES: Final = {"success": "0", "failure": "8"}


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


# --- checking -----------------------------------------------------------------


@frozen
class AuditSummary:
    """What holds: records, the first one's number, and the key that signed for them."""

    records: int
    first: int
    key: str


def verify_audit(lines: list[str]) -> AuditSummary:
    """Raises `VerificationFailed` naming the first bad record."""
    log, first = _base(lines)
    closed, key = False, ""
    for number, line in enumerate(lines[1:], 2):
        if closed:
            raise _bad(number, tr("it stands after the closing checkpoint"))
        entry = _entry(line, number)
        if "leaf" in entry:
            log = _checked(log, entry["leaf"], number)
        else:
            closed, signer = _checked_checkpoint(log, entry, number)
            if key not in ("", signer):
                raise _bad(number, tr("it is signed by another key than those before"))
            key = signer
    if not closed:
        raise VerificationFailed(
            tr(
                "record {n}: the log breaks off before its closing checkpoint",
                n=log.frontier.size,
            )
        )
    return AuditSummary(log.frontier.size - first, first, key)


def _base(lines: list[str]) -> tuple[Log, int]:
    if not lines:
        raise VerificationFailed(tr("the file is empty"))
    try:
        log = Log.from_json(_entry(lines[0], 1)["base"])
    except (KeyError, TypeError, ValueError) as error:
        raise _bad(1, tr("it does not say where the log begins")) from error
    return log, log.frontier.size


def _checked(log: Log, leaf: object, number: int) -> Log:
    try:
        record = json.loads(leaf) if isinstance(leaf, str) else None
        same = isinstance(record, dict) and canonical(record).decode() == leaf
    except ValueError:
        same = False
    if not same or not isinstance(leaf, str) or not isinstance(record, dict):
        raise _bad(number, tr("it is not a record"))
    size = log.frontier.size
    if record.get("n") != size:
        raise VerificationFailed(
            tr(
                "record {n}: expected here (line {line}), found record {found}",
                n=size,
                line=number,
                found=record.get("n"),
            )
        )
    if record.get("prev") != log.previous:
        # The link breaks at the successor of what was changed: name the changed one.
        raise VerificationFailed(
            tr("record {n}: it was changed after it was written", n=max(size - 1, 0))
        )
    return log.with_leaf(leaf)


def _checked_checkpoint(log: Log, entry: Mapping[str, Any], number: int) -> tuple[bool, str]:
    statement, signature = entry.get("checkpoint"), entry.get("signature")
    if not isinstance(statement, dict) or not isinstance(signature, str):
        raise _bad(number, tr("it is neither record nor checkpoint"))
    try:
        signed_by = check(canonical(statement), signature)
    except (VerificationFailed, ValueError) as error:
        raise _bad(number, tr("its signature does not hold")) from error
    frontier = log.frontier
    if statement.get("n") != frontier.size:
        raise VerificationFailed(
            tr(
                "record {n}: missing; the checkpoint was signed for {signed} records",
                n=frontier.size,
                signed=statement.get("n"),
            )
        )
    if statement.get("root") != frontier.root.hex():
        # The chain up to here fits itself: its last record, or a whole run up to it, is new.
        raise VerificationFailed(
            tr(
                "record {n}: it, or a run of records up to it, was rewritten",
                n=max(frontier.size - 1, 0),
            )
        )
    return statement.get("closing") is True, signed_by.thumbprint


def _entry(line: str, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise _bad(number, tr("it is not JSON")) from error
    if not isinstance(entry, dict):
        raise _bad(number, tr("it is not an entry of an audit log"))
    return entry


def _bad(number: int, why: str) -> VerificationFailed:
    return VerificationFailed(tr("line {number}: {why}", number=number, why=why))


# --- on the wire --------------------------------------------------------------


def audit_event(leaf: str) -> dict[str, Any]:
    """The FHIR AuditEvent of a record. Its id is the record's, so that repeats are one."""
    record = json.loads(leaf)
    code, meaning, action = EVENTS[record["action"]]
    agent: dict[str, Any] = {"requestor": True}
    if record["who"]:
        agent["who"] = {"reference": record["who"]}
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": sha256_hex(leaf.encode()),
        "extension": [
            {
                "url": f"{RW}leaf",
                "valueBase64Binary": base64.b64encode(leaf.encode()).decode(),
            }
        ],
        "type": {"system": _DCM, "code": code, "display": meaning},
        "subtype": [{"system": f"{RW}action", "code": record["action"]}],
        "action": action,
        "recorded": record["at"],
        "outcome": _OUTCOMES.get(record["outcome"], "4"),
        "agent": [agent],
        "source": {"site": record["site"], "observer": {"display": "reading workstation"}},
    }
    entity = _entity(record)
    if entity:
        event["entity"] = [entity]
    if not record["site"]:
        del event["source"]["site"]
    return event


def checkpoint_event(line: str) -> dict[str, Any]:
    """A signed checkpoint for the platform, which so remembers how long the log was."""
    statement = json.loads(line)["checkpoint"]
    return {
        "resourceType": "AuditEvent",
        "id": sha256_hex(line.encode()),
        "extension": [
            {
                "url": f"{RW}checkpoint",
                "valueBase64Binary": base64.b64encode(line.encode()).decode(),
            }
        ],
        "type": {"system": _DCM, "code": "110101", "display": "Audit Log Used"},
        "subtype": [{"system": f"{RW}action", "code": "checkpoint"}],
        "action": "E",
        "recorded": statement["at"],
        "outcome": "0",
        "agent": [{"requestor": False, "name": "reading workstation"}],
        "source": {"observer": {"display": "reading workstation"}},
    }


def _entity(record: Mapping[str, Any]) -> dict[str, Any]:
    entity: dict[str, Any] = {}
    if record["study"]:
        entity["what"] = {
            "identifier": {"system": "urn:dicom:uid", "value": f"urn:oid:{record['study']}"}
        }
    if record["detail"]:
        entity["detail"] = [
            {"type": name, "valueString": value} for name, value in record["detail"].items()
        ]
    return entity
