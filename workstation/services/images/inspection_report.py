"""How an inspection is told: the JSON of contracts.md, or a table to read."""

from collections import Counter
from typing import Any, Final

from workstation.dicom.verdicts import verdict_of
from workstation.services.images.inspected import FileReport, Report, ShownSet, Status
from workstation.text import tr

_PATH: Final = 56


def as_json(report: Report) -> dict[str, Any]:
    """contracts.md, `inspect --json`."""
    return {
        "files": [_file(each) for each in report.files],
        "display_sets": [_display_set(each) for each in report.display_sets],
        "totals": {
            "files": len(report.files),
            "frames_received": report.frames_received,
            "frames_in_display_sets": report.frames_in_display_sets,
        },
    }


def _file(file: FileReport) -> dict[str, Any]:
    digest = file.digest
    hashed = digest if digest is not None and digest.pixel_sha256 else None
    return {
        "path": file.path,
        "status": file.status.value,
        "reason": file.reason,
        "message": file.message,
        "sop_class": file.sop_class,
        "sop_uid": file.sop_uid,
        "series_uid": file.series_uid,
        "transfer_syntax": file.transfer_syntax,
        "frames": file.frames,
        "pixel_sha256": hashed.pixel_sha256 if hashed else None,
        "shape": list(digest.shape) if digest else None,
        "dtype": digest.dtype if digest else None,
        "min": hashed.least if hashed else None,
        "max": hashed.most if hashed else None,
        "lossy": file.lossy,
    }


def _display_set(each: ShownSet) -> dict[str, Any]:
    shown = each.shown
    return {
        "id": shown.id,
        "series_uid": shown.series,
        "modality": shown.modality,
        "kind": shown.kind.value,
        "frames": len(shown.frames),
        "files": list(each.files),
        **verdict_of(shown),
    }


def as_lines(report: Report) -> list[str]:
    """One line a file that is not simply ok, one a display set, and the sums."""
    counts = Counter(file.status for file in report.files)
    told = [file for file in report.files if file.status is not Status.OK]
    width = max((len(_short(file.path)) for file in told), default=0)
    lines = [f"{_short(file.path):<{width}}  {file.status:<11}  {file.message}" for file in told]
    lines += ["", *map(_set_line, report.display_sets), ""]
    lines.append("  ".join(f"{counts[status]} {status}" for status in Status if counts[status]))
    lines.append(
        tr(
            "{files} files, {received} frames received, {shown} in {sets} display sets",
            files=len(report.files),
            received=report.frames_received,
            shown=report.frames_in_display_sets,
            sets=len(report.display_sets),
        )
    )
    return lines


def _set_line(each: ShownSet) -> str:
    shown = each.shown
    geometry = shown.geometry
    said = f"{geometry.verdict}: {geometry.reason}" if geometry.reason else geometry.verdict.value
    modality, label = printable(shown.modality), printable(shown.label)
    return f"{modality:<8} {shown.kind:<13} {len(shown.frames):>5}  {label:<40}  {said}"


def _short(path: str) -> str:
    shown = printable(path)
    return shown if len(shown) <= _PATH else f"…{shown[1 - _PATH :]}"


def printable(text: str) -> str:
    """Names come from files and folders: nothing in them may steer a terminal (SEC-08)."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
