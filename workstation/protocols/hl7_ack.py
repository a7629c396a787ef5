"""Acknowledgements of HL7 v2: what an answer says of the message that was sent, and our own.

HL7 v2.5.1 2.9.2 (original mode: AA, AE, AR) and 2.9.3 (enhanced mode: CA, CE, CR); the
codes of errors are those of table 0357.
"""

from datetime import datetime
from enum import Enum
from typing import Final

from attrs import frozen

from workstation.protocols.hl7 import (
    Message,
    components,
    escaped,
    header,
    message,
    moment,
    segment,
    timestamp,
)


class Verdict(Enum):
    """What an acknowledgement means for the message it answers."""

    TAKEN = "taken"  # AA, or CA: it is in safe storage there
    NOT_NOW = "not-now"  # the same message may be taken later
    ALREADY = "already"  # it says that it has it: to be asked, not believed
    REFUSED = "refused"


_TAKEN: Final = ("AA", "CA")
_REFUSED: Final = ("AE", "AR", "CE", "CR")
#: Table 0357: record locked, internal error of the application. Neither is about the message.
_NOT_NOW: Final = ("206", "207")
_DUPLICATE: Final = "205"


@frozen
class Acknowledgement:
    """`words` are the site's own; empty where it gave no reason."""

    verdict: Verdict
    code: str
    words: str
    of: str  # MSH-10 of the message it answers
    at: datetime | None = None


def read(answer: Message) -> Acknowledgement | None:
    """None where the message is no acknowledgement at all."""
    said = answer.first("MSA")
    code = said.text(1).upper() if said else ""
    if said is None or code not in (*_TAKEN, *_REFUSED):
        return None
    errors = answer.all("ERR")
    numbers = {each.text(3) for each in errors} | {said.text(6)}
    if code in _TAKEN:
        verdict = Verdict.TAKEN
    elif _DUPLICATE in numbers:
        verdict = Verdict.ALREADY
    elif numbers & set(_NOT_NOW):
        verdict = Verdict.NOT_NOW
    else:
        verdict = Verdict.REFUSED
    words = [said.whole(3)] if said.whole(3) else []
    # ERR-8 is written for a person; ERR-3.2 is the name of the error's code.
    words += [text for each in errors if (text := each.whole(8) or each.text(3, 2))]
    return Acknowledgement(
        verdict, code, "; ".join(dict.fromkeys(words)), said.text(2), moment(answer.header.text(7))
    )


def written(
    to: Message | None, code: str, *, control: str, at: datetime, words: str = "", error: str = "0"
) -> bytes:
    """Our answer to a message of a site; `error` of table 0357, "0" with AA."""
    asked = to.header if to else None
    kind = ("ACK", asked.text(9, 2), "ACK") if asked and asked.text(9, 2) else ("ACK",)
    lines = [
        header(
            {
                3: "READING-WORKSTATION",
                5: escaped(asked.text(3)) if asked else "",
                6: escaped(asked.text(4)) if asked else "",
                7: timestamp(at),
                9: components(*kind),
                10: escaped(control),
                11: (asked.text(11) if asked else "") or "P",
                12: "2.5.1",
                18: "UNICODE UTF-8",
            }
        ),
        segment("MSA", {1: code, 2: escaped(to.control_id) if to else ""}),
    ]
    if code not in _TAKEN:
        lines.append(segment("ERR", {3: components(error), 4: "E", 8: escaped(words)}))
    return message(*lines)
