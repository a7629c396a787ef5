"""Tasks of cases: how far each is read, who holds it and for how long."""

from datetime import timedelta
from typing import Final

from workstation.demo.fhir_values import coding, extension, moment, without_extension
from workstation.demo.sites import RW
from workstation.demo.store import Resource, Unit
from workstation.domain.worklist import ReadState

READ_STATE: Final = RW + "read-state"
LEASE: Final = timedelta(minutes=15)
HELD: Final = ("accepted", "in-progress")


def lapse(unit: Unit) -> int:
    """Free the claims whose lease has run out; how many there were."""
    over = [
        task
        for task in unit.all("Task")
        if task["status"] in HELD
        and (until := moment(extension(task, "lease-until"))) is not None
        and until <= unit.now
    ]
    for task in over:
        freed = {**task, "status": "requested", "extension": without_extension(task, "lease-until")}
        freed.pop("owner", None)
        freed["statusReason"] = {"text": "The lease ran out."}
        freed["businessStatus"] = read_state(before_claim(task))
        unit.put("Task", task["id"], freed)
    return len(over)


def read_state(state: str) -> Resource:
    return {"coding": [{"system": READ_STATE, "code": state}], "text": state}


def before_claim(task: Resource) -> str:
    """Preliminary where a preliminary report is there already, else unread."""
    return ReadState.PRELIMINARY if has_report(task) else ReadState.UNREAD


def has_report(task: Resource) -> bool:
    return any(each.get("type", {}).get("text") == "report" for each in task.get("output", ()))


def tier(task: Resource) -> str:
    """What was promised for this task."""
    return next((coding(each, RW + "tier") for each in task.get("performerType", ())), "")


def with_lease(task: Resource, until: str) -> Resource:
    lease = {"url": RW + "lease-until", "valueDateTime": until}
    return {**task, "extension": [*without_extension(task, "lease-until"), lease]}
