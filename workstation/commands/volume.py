"""Volume rendering: presets, turns and standard views."""

from enum import StrEnum
from functools import partial

from workstation.commands.context import CommandContext
from workstation.commands.planes import claimed
from workstation.commands.registry import Outcome, command
from workstation.commands.tools import points_of
from workstation.errors import CommandError
from workstation.services.delivery.movie_saving import PICTURES
from workstation.services.jobs import Job
from workstation.text import tr
from workstation.viewing.volume_look import From

GROUP = "Volume rendering"


class Goes(StrEnum):
    """What a line that was drawn takes away."""

    INSIDE = "inside"
    OUTSIDE = "outside"


_IMAGE = {"image"}


@command("viewport.volume", title="Volume rendering", group=GROUP, when=_IMAGE, say={"volume"})
def volume(ctx: CommandContext, preset: str = "") -> Outcome:
    """All of the series as rays see it, by a preset; without one the first, or back again."""
    return ctx.viewer.set_volume(preset)


@command("volume.turn", title="Turn the volume", group=GROUP, when=_IMAGE)
def turn(ctx: CommandContext, right: float, down: float = 0.0) -> Outcome:
    """What is in front moves so many degrees to the right and down."""
    ctx.viewer.turn_volume(right, down)
    return None


@command("volume.from", title="Volume from a standard side", group=GROUP, when=_IMAGE)
def seen_from(ctx: CommandContext, side: From | None = None) -> Outcome:
    """From a, p, l, r, h or f; without one the next of them."""
    ctx.viewer.see_volume_from(side)
    return None


@command("volume.cut", title="Cut the volume open", group=GROUP, when=_IMAGE)
def cut(ctx: CommandContext, mm: float = 10.0, side: From | None = None) -> Outcome:
    """So many mm less from a side (a, p, l, r, h, f), or the one seen; negative gives back."""
    ctx.viewer.cut_volume(mm, side)
    return None


@command("volume.lasso", title="Cut along a line", group=GROUP, when=_IMAGE)
def lasso(ctx: CommandContext, goes: Goes = Goes.INSIDE) -> Outcome:
    """Draw around what is to go, with all behind it; `outside`: all the rest goes."""
    ctx.viewer.take_lasso(inside=goes is Goes.INSIDE)
    return None


@command("volume.cut-line", title="Cut along these points", group=GROUP, when=_IMAGE,
         hidden=True, rest=True)  # fmt: skip
def cut_line(ctx: CommandContext, goes: Goes, points: str) -> Outcome:
    """X1 Y1 X2 Y2 … of a closed line on the volume as it is seen."""
    numbers, left = points_of(points)
    if left:
        raise CommandError(tr("points are numbers: X1 Y1 X2 Y2 …"))
    ctx.viewer.cut_freehand(numbers, inside=goes is Goes.INSIDE)
    return None


@command("volume.perspective", title="Perspective", group=GROUP, when=_IMAGE)
def perspective(ctx: CommandContext) -> Outcome:
    """What is near is larger, as an eye sees it; again all is of one size."""
    ctx.viewer.toggle_perspective()
    return None


@command("volume.uncut", title="Whole volume again", group=GROUP, when=_IMAGE)
def uncut(ctx: CommandContext) -> Outcome:
    """Everything that was cut away is there again."""
    ctx.viewer.uncut_volume()
    return None


@command("volume.table", title="Table of a CT", group=GROUP, when=_IMAGE)
def table(ctx: CommandContext) -> Outcome:
    """Show it in the volume, or take it away again."""
    ctx.viewer.toggle_table()
    return None


@command(
    "volume.point", title="Go to a place in the patient", group=GROUP, when=_IMAGE, hidden=True
)
def point(ctx: CommandContext, x: float, y: float, z: float) -> Outcome:
    """LPS mm: the crosshair and the stacks of the series go there."""
    ctx.viewer.point_to((x, y, z))
    return None


@command("volume.movie", title="Save a movie of the volume", group=GROUP, when={"case", "image"})
def movie(ctx: CommandContext) -> Outcome:
    """Once around from where it is seen, in the site's archive: a film that any viewer plays."""
    item, reader = claimed(ctx)
    saved = ctx.movies.save(item, reader, partial(_made, ctx))
    ctx.windows.tell(tr("the movie is being made: go on reading, the case must stay open"))
    return saved.then(partial(_saved, ctx))


def _made(ctx: CommandContext, pictures: int) -> None:
    ctx.windows.tell(tr("the movie: {n} of {total} pictures", n=pictures, total=PICTURES))


def _saved(ctx: CommandContext, job: Job[int]) -> None:
    if job.error is None:
        ctx.windows.tell(tr("the movie is saved in the study: {n} pictures", n=job.result()))


COMMANDS = (
    volume, turn, seen_from, cut, lasso, cut_line, uncut, perspective, table, point, movie,
)  # fmt: skip
