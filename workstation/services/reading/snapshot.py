"""What is on the screen, as data: the `state` file of contracts.md."""

from typing import Any

from workstation.domain.patient import Patient
from workstation.services.delivery.delivery import Deliveries
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.session import ReadingSession
from workstation.services.report.reporting import Reporting
from workstation.services.viewer.viewer import Viewer


def snapshot(
    worklist: Worklist,
    session: ReadingSession,
    viewer: Viewer,
    reporting: Reporting,
    deliveries: Deliveries,
    hidden_rows: int,
    notices: tuple[str, ...],
) -> dict[str, Any]:
    """Keys may be added, never renamed (contracts.md)."""
    queued, in_doubt, refused = deliveries.counts()
    return {
        "case": _case(session),
        "viewports": [viewer.snapshot(index) for index in range(len(viewer.viewports))],
        "measurements": viewer.measurements_snapshot(),
        "key_images": viewer.key_images_snapshot(),
        "report": _report(reporting, deliveries),
        "worklist": {
            "rows": len(worklist.rows) - hidden_rows,
            "hidden": hidden_rows,
            "stale_sites": [site.id for site in worklist.sites if site.state != "ok"],
        },
        "outbox": {"queued": queued, "in_doubt": in_doubt, "refused": refused},
        "notices": list(notices),
    }


def identity(patient: Patient) -> dict[str, str]:
    born = patient.birth_date.isoformat() if patient.birth_date else ""
    return {"name": patient.name, "id": patient.id, "birth_date": born, "sex": patient.sex}


def _case(session: ReadingSession) -> dict[str, Any] | None:
    case = session.case
    if case is None:
        return None
    return {
        "accession": case.item.accession,
        "site": case.item.site,
        "study_uid": case.item.study,
        "state": case.item.state.value,
        "read_only": case.read_only,
        "patient": identity(case.item.patient),
        "priors": [prior.ref.study for prior in case.priors],
    }


def _report(reporting: Reporting, deliveries: Deliveries) -> dict[str, Any] | None:
    report = reporting.report
    if report is None:
        return None
    entries = [entry for entry in deliveries.entries if entry.report == report.id]
    return {
        "id": report.id,
        "state": report.state.value,
        "template": report.template,
        "patient": identity(report.binding.patient),
        "sections": [{"title": s.title, "text": s.text} for s in report.sections],
        "checks": [
            {"rule": c.rule, "severity": c.severity, "text": c.text} for c in reporting.checks
        ],
        "delivery": [
            {
                "target": entry.site,
                "state": entry.state,
                "at": entry.at.isoformat() if entry.at else "",
                "reason": entry.reason,
            }
            for entry in entries
        ],
    }
