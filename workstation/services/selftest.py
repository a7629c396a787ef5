"""What this machine can do: one line for each thing the program relies on.

An administrator or an installer runs it after every change of the machine. A check that
holds with less than it could (no keyring: memory alone) says so and does not fail.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Final

from attrs import asdict, frozen

from workstation.errors import WorkstationError
from workstation.text import tr


class Verdict(StrEnum):
    GOOD = "ok"
    LESS = "degraded"
    BAD = "failed"


@frozen
class Finding:
    """One line of the answer; `text` is in plain words."""

    name: str
    verdict: Verdict
    text: str


Check = Callable[[], Iterable[Finding]]

#: What a part of the program that is missing or broken raises when it is first used.
_BROKEN: Final = (OSError, ImportError, RuntimeError, ValueError, AttributeError)


def judged(name: str, *, good: bool, text: str) -> Finding:
    return Finding(name, Verdict.GOOD if good else Verdict.BAD, text)


def run(checks: Sequence[tuple[str, Check]]) -> tuple[Finding, ...]:
    """Every check, whatever became of the others."""
    found: list[Finding] = []
    for name, check in checks:
        try:
            found += check()
        except WorkstationError as error:
            found.append(Finding(name, Verdict.BAD, str(error)))  # in plain words already
        except _BROKEN as error:
            why = tr("{kind}: {text}", kind=type(error).__name__, text=str(error))
            found.append(Finding(name, Verdict.BAD, why))
    return tuple(found)


def passed(findings: Sequence[Finding]) -> bool:
    return all(finding.verdict is not Verdict.BAD for finding in findings)


def as_lines(findings: Sequence[Finding]) -> str:
    words = {Verdict.GOOD: tr("ok"), Verdict.LESS: tr("LESS"), Verdict.BAD: tr("FAILED")}
    wide = max((len(word) for word in words.values()), default=0)
    lines = [f"{words[f.verdict]:{wide}}  {f.name}: {f.text}" for f in findings]
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """`checks`: a list of name, verdict (ok, degraded, failed) and text; `passed`."""
    checks = [asdict(f) for f in findings]
    return json.dumps({"passed": passed(findings), "checks": checks}, indent=1)
