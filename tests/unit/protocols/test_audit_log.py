"""A log in which nothing can be changed, dropped or moved unseen."""

import base64
import hashlib
import json
from datetime import UTC, datetime

import pytest

from workstation.errors import VerificationFailed
from workstation.protocols.audit_check import verify_audit
from workstation.protocols.audit_events import EVENTS, audit_event, checkpoint_event
from workstation.protocols.audit_log import Log, Record, checkpoint, export_lines
from workstation.protocols.signing_key import new_key

AT = "2026-11-22T21:40:00Z"
KEY = new_key("device", "reading workstation", datetime(2026, 11, 22, tzinfo=UTC))


def _leaves(count: int, start: Log | None = None) -> list[str]:
    log, leaves = start or Log(), []
    for number in range(count):
        leaf = log.next_leaf(Record("accessed", AT, "harbor", "Practitioner/17", f"2.25.{number}"))
        leaves.append(leaf)
        log = log.with_leaf(leaf)
    return leaves


def _exported(count: int = 6) -> list[str]:
    return export_lines(Log(), tuple(_leaves(count)), KEY, AT)


def test_an_exported_log_holds() -> None:
    """What a site's privacy officer asks for."""
    summary = verify_audit(_exported())

    assert (summary.records, summary.first, summary.key) == (6, 0, KEY.thumbprint)


def test_the_part_that_is_left_after_hand_over_holds_too() -> None:
    """Records that the platform has are not kept here; the rest must still be provable."""
    leaves = _leaves(6)
    base = Log()
    for leaf in leaves[:4]:
        base = base.with_leaf(leaf)

    summary = verify_audit(export_lines(base, tuple(leaves[4:]), KEY, AT))

    assert (summary.records, summary.first) == (2, 4)


def test_plain_tools_can_follow_the_chain() -> None:
    """`prev` is the sha256sum of the line before: jq and sha256sum are enough."""
    first, second = _leaves(2)

    assert json.loads(second)["prev"] == hashlib.sha256(first.encode()).hexdigest()


def _edit(line: str, **changes: object) -> str:
    leaf = json.loads(json.loads(line)["leaf"]) | changes
    text = json.dumps(leaf, sort_keys=True, separators=(",", ":"))
    return json.dumps({"leaf": text})


@pytest.mark.parametrize("index", range(6))
def test_a_changed_record_is_named(index: int) -> None:
    """ "Who looked at this study?" must not be editable afterwards."""
    lines = _exported()
    lines[index + 1] = _edit(lines[index + 1], who="Practitioner/1")

    with pytest.raises(VerificationFailed, match=f"^record {index}:"):
        verify_audit(lines)


@pytest.mark.parametrize("index", range(6))
def test_a_dropped_record_is_named(index: int) -> None:
    """Leaving out is the commonest lie."""
    lines = _exported()
    del lines[index + 1]

    with pytest.raises(VerificationFailed, match=f"^record {index}:"):
        verify_audit(lines)


def test_records_that_changed_places_are_named() -> None:
    """Order is evidence: before the signature or after it."""
    lines = _exported()
    lines[3], lines[4] = lines[4], lines[3]

    with pytest.raises(VerificationFailed, match=r"^record 2: expected here \(line 4\)"):
        verify_audit(lines)


@pytest.mark.parametrize("kept", range(1, 7))
def test_a_log_that_was_cut_off_is_seen(kept: int) -> None:
    """Without its closing checkpoint anything may have followed."""
    with pytest.raises(VerificationFailed, match=f"^record {kept - 1}: the log breaks off"):
        verify_audit(_exported()[:kept])


def test_a_cut_at_an_earlier_checkpoint_is_seen() -> None:
    """A checkpoint signed on the way does not end a log."""
    log, lines = Log(), [_exported()[0]]
    for leaf in _leaves(2):
        log = log.with_leaf(leaf)
        lines.append(json.dumps({"leaf": leaf}))
    lines.append(checkpoint(log, KEY, AT))

    with pytest.raises(VerificationFailed, match="breaks off"):
        verify_audit(lines)


def test_a_log_written_anew_needs_the_device_key() -> None:
    """Re-hashing a changed chain does not help: the root is signed."""
    lines = export_lines(Log(), tuple(_leaves(3)), KEY, AT)
    forged = export_lines(Log(), tuple(_leaves(2)), KEY, AT)

    with pytest.raises(VerificationFailed, match="missing; the checkpoint was signed for 3"):
        verify_audit([*forged[:-1], lines[-1]])


def test_a_checkpoint_of_another_key_beside_ours_is_refused() -> None:
    """One log, one device."""
    other = new_key("device", "other", datetime(2026, 11, 22, tzinfo=UTC))
    lines = _exported(0)

    with pytest.raises(VerificationFailed, match="another key"):
        verify_audit([lines[0], checkpoint(Log(), other, AT), lines[1]])


def test_a_forged_checkpoint_is_refused() -> None:
    """Its numbers are signed."""
    lines = _exported()
    made = json.loads(lines[-1])
    made["checkpoint"]["at"] = "2020-01-01T00:00:00Z"
    lines[-1] = json.dumps(made)

    with pytest.raises(VerificationFailed, match="line 8: its signature does not hold"):
        verify_audit(lines)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["{}"],
        ["[]"],
        ['{"base": {"n": 3, "peaks": [], "prev": ""}}'],
        ['{"base": {"n": 0, "peaks": [], "prev": ""}}', "7"],
        ['{"base": {"n": 0, "peaks": [], "prev": ""}}', '{"leaf": "x"}'],
        ['{"base": {"n": 0, "peaks": [], "prev": ""}}', '{"leaf": 7}'],
        ['{"base": {"n": 0, "peaks": [], "prev": ""}}', '{"checkpoint": 1}'],
        [
            '{"base": {"n": 0, "peaks": [], "prev": ""}}',
            '{"checkpoint": {"n": 1.5}, "signature": ""}',
        ],
    ],
)
def test_what_is_no_log_is_said_to_be_none(lines: list[str]) -> None:
    """Bad input is a sentence, never a traceback."""
    with pytest.raises(VerificationFailed):
        verify_audit(lines)


def test_nothing_may_follow_the_end() -> None:
    """The closing checkpoint closes."""
    lines = _exported()

    with pytest.raises(VerificationFailed, match="after the closing checkpoint"):
        verify_audit([*lines, lines[-1]])


def test_an_audit_event_carries_the_record_and_its_name() -> None:
    """Repeating a record after silence must not make two of it: its id is its content."""
    record = Record(
        "sign", AT, "harbor", "Practitioner/17", "2.25.1", "success", (("accession", "A-1"),)
    )
    leaf = Log().next_leaf(record)

    event = audit_event(leaf)

    assert event["id"] == hashlib.sha256(leaf.encode()).hexdigest()
    assert base64.b64decode(event["extension"][0]["valueBase64Binary"]).decode() == leaf
    assert event["type"]["code"] == "110110"
    assert event["agent"][0]["who"]["reference"] == "Practitioner/17"
    assert event["entity"][0]["what"]["identifier"]["value"] == "urn:oid:2.25.1"
    assert event["entity"][0]["detail"] == [{"type": "accession", "valueString": "A-1"}]


@pytest.mark.parametrize("action", sorted(EVENTS))
def test_every_action_has_an_event_with_a_dicom_code(action: str) -> None:
    """PS3.15 A.5: a repository sorts by these."""
    event = audit_event(Log().next_leaf(Record(action, AT)))

    assert event["type"]["code"].isdigit()
    assert event["action"] in "CRUDE"
    assert "entity" not in event
    assert "site" not in event["source"]


def test_a_checkpoint_travels_as_an_event_too() -> None:
    """The platform remembers how long the log was: a log rolled back here is found there."""
    line = checkpoint(Log(), KEY, AT)

    event = checkpoint_event(line)

    assert event["id"] == hashlib.sha256(line.encode()).hexdigest()
    assert event["recorded"] == AT
