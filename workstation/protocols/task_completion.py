"""The Task of a case as a report leaves it (docs/conformance.md, "Report")."""

from collections.abc import Mapping
from typing import Any

from workstation.domain.report_states import UNSETTLED
from workstation.protocols.fhir_values import RW
from workstation.protocols.letter import Letter


class NotOurs(Exception):
    """The Task as it stands does not admit this report; `holder` may say why."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def is_completed(task: Mapping[str, Any]) -> bool:
    return bool(task.get("status") == "completed")


def is_free(task: Mapping[str, Any]) -> bool:
    """Nobody holds it."""
    return task.get("status") == "requested" and "owner" not in task


def completion(
    letter: Letter, task: Mapping[str, Any], report: Mapping[str, Any]
) -> dict[str, Any]:
    """The entry that completes a Task with `report`, a FHIR Reference; or raises `NotOurs`."""
    request = {
        "method": "PUT",
        "url": f"Task/{task['id']}",
        "ifMatch": f'W/"{task["meta"]["versionId"]}"',
    }
    return {"resource": _completed(letter, task, report), "request": request}


def _completed(
    letter: Letter, task: Mapping[str, Any], report: Mapping[str, Any]
) -> dict[str, Any]:
    """The Task as this report leaves it; nothing of it that we do not know is lost."""
    owner = task.get("owner", {})
    if owner.get("reference", letter.signer) != letter.signer:
        raise NotOurs(owner.get("display", ""))
    preliminary = letter.status in UNSETTLED
    done = not preliminary or _promised(task) == "preliminary"
    changed = dict(task)
    changed["status"] = "completed" if done else "requested"
    changed["businessStatus"] = _business("preliminary" if preliminary else "final")
    changed["extension"] = [
        each for each in task.get("extension", ()) if each.get("url") != f"{RW}lease-until"
    ]
    if done:
        changed["owner"] = owner or {"reference": letter.signer}
    else:
        changed.pop("owner", None)
    output = {"type": {"text": "report"}, "valueReference": dict(report)}
    changed["output"] = [*task.get("output", ()), output]
    return {name: value for name, value in changed.items() if value != []}


def _business(code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{RW}read-state", "code": code}]}


def _promised(task: Mapping[str, Any]) -> str:
    for concept in task.get("performerType", ()):
        for coding in concept.get("coding", ()):
            if coding.get("system") == f"{RW}tier":
                return str(coding.get("code", ""))
    return ""
