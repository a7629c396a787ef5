"""Commands of what moves: how a stack is gone through. Keys: `resources/keymaps/default.toml`."""

from enum import StrEnum

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.imaging.over_time import How

GROUP = "Images"


class Projected(StrEnum):
    """What of all phases."""

    MIP = "mip"
    MINIP = "minip"
    MEAN = "mean"


_IMAGE = {"image"}


@command("scroll.round", title="Scroll round", group=GROUP, when=_IMAGE)
def scroll_round(ctx: CommandContext) -> Outcome:
    """Whether scrolling goes on at the other end of a stack, or stops there."""
    ctx.viewer.toggle_round()
    return None


@command("cine.play", title="Play or stop", group=GROUP, when=_IMAGE, say={"play", "stop"})
def play(ctx: CommandContext) -> Outcome:
    """The frames of the view at their recorded times, or at the rate of the settings."""
    ctx.cine.toggle()
    return None


@command("cine.stop", title="Stop", group=GROUP, when=_IMAGE, hidden=True)
def stop(ctx: CommandContext) -> Outcome:
    """The active view stays at the image it is at; one that stands stays as it is."""
    ctx.cine.hold(ctx.viewer.active)
    return None


@command("cine.play-all", title="Play or stop all views", group=GROUP, when=_IMAGE)
def play_all(ctx: CommandContext) -> Outcome:
    """Every view that has more than one image, from one beginning."""
    ctx.cine.toggle_all()
    return None


@command("cine.faster", title="Faster", group=GROUP, when=_IMAGE)
def faster(ctx: CommandContext, steps: int = 1) -> Outcome:
    """By a quarter; negative is slower."""
    ctx.cine.faster(steps)
    return None


@command("cine.sequence", title="Loop or sweep", group=GROUP, when=_IMAGE)
def sequence(ctx: CommandContext) -> Outcome:
    """Begin again at the end, or turn back there."""
    ctx.cine.turn_round()
    return None


@command("phase.go", title="Go to phase", group=GROUP, when=_IMAGE, hidden=True)
def go_phase(ctx: CommandContext, number: int) -> Outcome:
    """A moment, b-value or echo of the same place, counted from 1; planes keep their place."""
    ctx.viewer.go_phase(number - 1)
    return None


@command("phase.next", title="Next phase", group=GROUP, when=_IMAGE)
def next_phase(ctx: CommandContext, step: int = 1) -> Outcome:
    """The same place at the next moment, b-value or echo, round again at the end."""
    ctx.viewer.next_phase(step)
    return None


@command("phase.project", title="All phases in one", group=GROUP, when=_IMAGE)
def project_phases(ctx: CommandContext, how: Projected | None = None) -> Outcome:
    """The highest (mip), the lowest (minip) or the mean value of each voxel over all phases, on the
    stack and its planes. Without a name the next of them, and one phase again."""
    viewer = ctx.viewer
    return viewer.next_projection() if how is None else viewer.project_phases(How(how.value))


@command("phase.subtract", title="Less the first phase", group=GROUP, when=_IMAGE)
def subtract_phase(ctx: CommandContext, number: int = 1) -> Outcome:
    """What is shown less a phase, counted from 1: what the contrast agent did; again shows the
    phase itself."""
    return ctx.viewer.subtract_phase(number)


@command("phase.play", title="Play or stop the phases", group=GROUP, when=_IMAGE)
def play_phases(ctx: CommandContext) -> Outcome:
    """The active view, plane or volume through all moments, as fast as they were recorded."""
    ctx.cine.toggle_phases()
    return None


@command("phase.curve", title="Curve over the phases", group=GROUP, when={"image", "measurement"})
def phase_curve(ctx: CommandContext, name: str = "") -> Outcome:
    """The mean of a region at each moment, b-value or echo, below the images: wash-in and
    wash-out; again closes it."""
    if ctx.viewer.toggle_phase_curve(name) and (made := ctx.viewer.phase_curve) is not None:
        ctx.windows.tell(made.words)
    return None


COMMANDS = (
    scroll_round, play, stop, play_all, faster, sequence, go_phase, next_phase, play_phases,
    phase_curve, project_phases, subtract_phase,
)  # fmt: skip
