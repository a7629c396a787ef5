"""A report that travelled as an HL7 message, held against the manifest that was signed with it.

Part of `protocols.verification`. The manifest names the whole message by its digest; where that
does not hold, what of it is another one is named, as far as the message can be read.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final

from workstation.errors import VerificationFailed
from workstation.protocols.canonical import sha256_hex
from workstation.protocols.hl7 import Frames, Message, NotHl7, parse
from workstation.protocols.hl7_report import control_id, text_of
from workstation.text import tr

#: How the manifest names the message, and what kind of document it is.
MESSAGE: Final = "hl7"
HL7: Final = "application/hl7-v2"
_FRAME: Final = b"\x0b"


def unframed(data: bytes) -> bytes:
    """A message as it was sent, of one that was kept as it travelled."""
    if not data.startswith(_FRAME):
        return data
    try:
        return next(iter(Frames().fed(data)), data)
    except NotHl7:
        return data


def is_message(data: bytes) -> bool:
    return data.startswith(b"MSH")


def check_message(claims: Mapping[str, Any], messages: Sequence[bytes]) -> None:
    """The message of this report is among these, to the byte. Raises `VerificationFailed`."""
    stated = claims["artefacts"][MESSAGE]
    if any(sha256_hex(each) == stated["sha256"] for each in messages):
        return
    named = [each for each in map(_read, messages) if each is not None and _is_of(each, claims)]
    if not named:
        raise VerificationFailed(tr("digest: give the HL7 message of the report as well"))
    raise VerificationFailed(
        tr(
            "digest: the HL7 message is not what was signed: {what}",
            what=_changed(named[0], claims),
        )
    )


def _read(data: bytes) -> Message | None:
    try:
        return parse(data)
    except NotHl7:
        return None


def _is_of(message: Message, claims: Mapping[str, Any]) -> bool:
    """By MSH-10, or by the report it says it is: one of them may have been changed."""
    report = claims["report"]
    return message.control_id == control_id(report) or report in _said(message, "report")


def _changed(message: Message, claims: Mapping[str, Any]) -> str:
    """The first part of a message that is another one than the signed."""
    artefacts = claims["artefacts"]
    accessions = [claims["accession"], *claims.get("also", ())]
    papers = [
        sha256_hex(_decoded(each.text(5, 5))) for each in message.all("OBX") if each.text(2) == "ED"
    ]
    holds = {
        tr("its words"): sha256_hex(text_of(message).encode()) == artefacts["text"]["sha256"],
        tr("its PDF"): set(papers) <= {artefacts.get("pdf", {}).get("sha256")},
        tr("its number (MSH-10)"): message.control_id == control_id(claims["report"]),
        tr("the report it names"): set(_said(message, "report")) == {claims["report"]},
        tr("the state of the report"): set(_said(message, "state")) == {claims["status"]},
        tr("its accession numbers"): [each.text(3) for each in message.all("OBR")] == accessions,
    }
    return next(
        (name for name, good in holds.items() if not good),
        tr("something beside words, PDF, state and numbers"),
    )


def _said(message: Message, name: str) -> list[str]:
    results = message.all("OBX")
    return [each.whole(5) for each in results if each.text(2) == "ST" and each.text(3) == name]


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return b""
