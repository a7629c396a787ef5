"""Commands of segments that a reader draws. Keys: `resources/keymaps/default.toml`."""

from workstation.commands.context import CommandContext
from workstation.commands.planes import claimed
from workstation.commands.registry import Outcome, command
from workstation.commands.tools import points_of
from workstation.domain.measurement import Measurement
from workstation.domain.segment_kind import SegmentKind
from workstation.errors import CommandError
from workstation.imaging.spheres import USUAL_PERCENT
from workstation.services.viewer.segmenting import BRUSH, USUAL_REACH_MM
from workstation.text import tr, trn

GROUP = "Segments"
_IMAGE = {"image"}
#: mm: a brush that is smaller draws nothing, a larger one all of a slice.
_SMALLEST, _LARGEST = 0.5, 60.0


@command("segment.begin", title="New segment", group=GROUP, when=_IMAGE, rest=True)
def begin(ctx: CommandContext, name: str = "") -> Outcome:
    """Draw on the series of the active view with the brush: volume, diameters, a DICOM SEG."""
    ctx.segments.begin(name)
    return None


@command("segment.grow", title="Grow a segment", group=GROUP, when={"image", "measurement"})
def grow(
    ctx: CommandContext,
    name: str = "",
    low: float | None = None,
    high: float | None = None,
    reach: float = USUAL_REACH_MM,
) -> Outcome:
    """From a point or region (its name, or the chosen one) what hangs together and lies between two
    values, without them within two deviations of the region; no farther than `reach` mm."""
    if not 1 <= reach <= 300:
        raise CommandError(tr("it may reach 1 to 300 mm"))
    return ctx.segments.grow(_mark(ctx, name), low, high, reach)


@command(
    "segment.contour", title="Segment above a threshold", group=GROUP, when={"image", "measurement"}
)
def contour(ctx: CommandContext, name: str = "", percent: float = USUAL_PERCENT) -> Outcome:
    """On PET, of the sphere about a region: what hangs together with its hottest voxel and has at
    least so many per cent of it, with its metabolic volume and TLG."""
    if not 0 < percent <= 100:
        raise CommandError(tr("a threshold goes from 0 to 100 per cent"))
    return ctx.segments.contour(_mark(ctx, name), percent)


def _mark(ctx: CommandContext, name: str) -> Measurement:
    wanted = name or ctx.viewer.selected_measurement
    mark = next((each for each in ctx.viewer.measurements if each.id == wanted), None)
    if mark is None:
        raise CommandError(tr("no measurement is {name}", name=wanted or tr("chosen")))
    return mark


@command("tool.brush", title="Brush", group="Tools", when=_IMAGE)
def brush(ctx: CommandContext) -> Outcome:
    """A drag goes over the image: it belongs to the segment, or no longer (`segment.erase`)."""
    ctx.viewer.pick_tool(BRUSH)
    return None


@command("segment.stroke", title="Stroke of the brush", group=GROUP, when=_IMAGE, rest=True,
         hidden=True)  # fmt: skip
def stroke(ctx: CommandContext, points: str) -> Outcome:
    """Image points x y x y; what the brush in the hand sends."""
    path, words = points_of(points)
    if words:
        raise CommandError(tr("a stroke is made of numbers"))
    ctx.segments.stroke(path)
    return None


@command("segment.brush", title="Size of the brush", group=GROUP, when=_IMAGE)
def size(ctx: CommandContext, mm: float) -> Outcome:
    """Radius of the brush, mm."""
    if not _SMALLEST <= mm <= _LARGEST:
        raise CommandError(tr("a brush measures {low} to {high} mm", low=_SMALLEST, high=_LARGEST))
    _take_brush(ctx, mm)
    return None


@command("segment.wider", title="Larger brush", group=GROUP, when=_IMAGE)
def wider(ctx: CommandContext, steps: float = 1.0) -> Outcome:
    """By a quarter; negative is smaller."""
    mm = ctx.segments.radius_mm * 1.25**steps
    _take_brush(ctx, min(max(mm, _SMALLEST), _LARGEST))
    return None


def _take_brush(ctx: CommandContext, mm: float) -> None:
    ctx.segments.radius_mm = mm
    ctx.windows.tell(tr("brush of {mm} mm", mm=f"{mm:.1f}"))


@command("segment.erase", title="Erase with the brush", group=GROUP, when=_IMAGE)
def erase(ctx: CommandContext) -> Outcome:
    """What the brush goes over no longer belongs; again, and it draws."""
    ctx.segments.erases = not ctx.segments.erases
    ctx.windows.tell(tr("the brush erases") if ctx.segments.erases else tr("the brush draws"))
    return None


@command("segment.pick", title="Go on with a segment", group=GROUP, when=_IMAGE, rest=True)
def pick(ctx: CommandContext, name: str) -> Outcome:
    """By its name or number."""
    ctx.segments.pick(name)
    return None


@command("segment.join", title="Join a segment", group=GROUP, when=_IMAGE, rest=True)
def join(ctx: CommandContext, name: str) -> Outcome:
    """Another segment becomes part of the one in hand."""
    ctx.segments.join(name)
    return None


@command("segment.name", title="Name the segment", group=GROUP, when=_IMAGE, rest=True)
def rename(ctx: CommandContext, name: str) -> Outcome:
    """What it is called, here and in the object."""
    ctx.segments.rename(name)
    return None


@command("segment.remove", title="Delete the segment", group=GROUP, when=_IMAGE)
def remove(ctx: CommandContext) -> Outcome:
    """The one in hand; `segment.undo` brings it back."""
    ctx.segments.remove()
    return None


@command("segment.undo", title="Take back a stroke", group=GROUP, when=_IMAGE)
def undo(ctx: CommandContext) -> Outcome:
    """The last stroke, growth, name or deletion."""
    ctx.segments.undo()
    return None


@command("segment.kind", title="What the segment is", group=GROUP, when=_IMAGE)
def kind(ctx: CommandContext, name: SegmentKind) -> Outcome:
    """A lesion by kind or an organ; the object says it by the codes of the standard."""
    ctx.segments.set_kind(name)
    return None


@command("segment.measure", title="Measure the segment", group=GROUP, when=_IMAGE)
def measure(ctx: CommandContext) -> Outcome:
    """Volume, longest diameter on a slice and values; of PET with peak and TLG."""
    ctx.windows.tell(ctx.lesions.figures())
    return None


@command("segment.save", title="Save segments to the study", group=GROUP, when={"case", "image"})
def save(ctx: CommandContext) -> Outcome:
    """All segments of the series on the active view as a DICOM Segmentation in the archive."""
    item, reader = claimed(ctx)
    job = ctx.segments_saving.save(item, reader)

    def told() -> None:
        count = job.value or 0
        ctx.windows.tell(trn(count, "{n} segment is in the study", "{n} segments are in the study"))

    return job.then(lambda done: None if done.error else told())


COMMANDS = (
    begin, grow, contour, brush, stroke, size, wider, erase, pick, join, rename, kind, remove, undo,
    measure, save,
)  # fmt: skip
