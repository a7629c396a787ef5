"""Millimetres by hand: a line over a known distance gives an image its scale."""

from enum import StrEnum

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.domain.calibration import Calibration
from workstation.domain.identifiers import StudyRef
from workstation.imaging.calibrating import replaced
from workstation.services.ports.files import LOCAL
from workstation.text import tr, trn

GROUP = "Tools"
_IMAGE = frozenset({"image"})
Corner = float | None


class Scope(StrEnum):
    IMAGE = "image"
    SERIES = "series"


@command("tool.calibrate", title="Calibrate", group=GROUP, when=_IMAGE)
def tool(
    ctx: CommandContext, x1: Corner = None, y1: Corner = None, x2: Corner = None, y2: Corner = None
) -> Outcome:
    """A line over a distance you know, then its mm; for an image whose mm are not the patient's.

    Without points, by the pointer.
    """
    if x1 is None or y1 is None or x2 is None or y2 is None:
        ctx.viewer.draw_known()
        ctx.viewer.pick_tool("calibrate")
        return None
    ctx.viewer.draw_known(((x1, y1), (x2, y2)))
    ctx.windows.open_palette("image.calibrate ")
    return None


@command("image.calibrate", title="Calibrate by the drawn line", group=GROUP, when=_IMAGE)
def calibrate(ctx: CommandContext, mm: float, scope: Scope = Scope.IMAGE) -> Outcome:
    """How long the line is in mm, for this image or the alike images of its series.

    What it replaces is said on the screen, by whom and when on the view; undo takes it back.
    """
    made, changed = ctx.viewer.calibrate(mm, series=scope is Scope.SERIES)
    ctx.viewer.pick_tool("window")
    _audit(ctx, made, "set")
    ctx.windows.tell(tr("Calibrated; {what}", what=replaced(made)) + _again(changed))
    return None


@command("image.uncalibrate", title="Take the calibration away", group=GROUP, when=_IMAGE)
def uncalibrate(ctx: CommandContext) -> Outcome:
    """What the object itself says of its millimetres holds again."""
    gone, changed = ctx.viewer.uncalibrate()
    _audit(ctx, gone, "taken away")
    ctx.windows.tell(tr("No longer calibrated") + _again(changed))
    return None


def _again(changed: int) -> str:
    if not changed:
        return ""
    said = trn(changed, "{n} measurement says otherwise", "{n} measurements say otherwise")
    return f". {said}"


def _audit(ctx: CommandContext, made: Calibration, what: str) -> None:
    """On record with the image and both scales; local files belong to no site."""
    before, now = made.before, made.spacing
    detail = {
        "what": what,
        "scope": (Scope.SERIES if made.series else Scope.IMAGE).value,
        "before": f"{before.row:.6g} {before.column:.6g} {before.origin.value}",
        "now": f"{now.row:.6g} {now.column:.6g}",
    }
    key = made.frame
    if key.site == LOCAL:
        ctx.audit.record("calibrate", detail=detail | {"from": "local files"})
    else:
        study = StudyRef(key.site, key.study)
        ctx.audit.record("calibrate", study=study, detail=detail | {"instance": key.sop})


COMMANDS = (tool, calibrate, uncalibrate)
