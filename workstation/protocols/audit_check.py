"""Checking an exported audit log: what was changed, dropped or moved is found and named."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from workstation.errors import VerificationFailed
from workstation.protocols.audit_log import Log
from workstation.protocols.canonical import canonical
from workstation.protocols.signature import check
from workstation.text import tr

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
