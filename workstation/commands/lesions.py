"""Commands of the table of lesions. Keys: `resources/keymaps/default.toml`."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.text import tr

GROUP = "Segments"
_IMAGE = {"image"}


@command("lesions.table", title="Table of lesions", group=GROUP, when=_IMAGE)
def table(ctx: CommandContext) -> Outcome:
    """Spheres and segments with SUVmax, peak, mean, volume, TLG and longest diameter."""
    ctx.lesions.toggle()
    return None


@command("lesions.next", title="Next lesion", group=GROUP, when=_IMAGE)
def following(ctx: CommandContext, step: int = 1) -> Outcome:
    """Bring the images of the next lesion; negative goes back."""
    row = ctx.lesions.step(step)
    ctx.windows.tell(tr("{id} {name}", id=row.id, name=row.mark.text).strip())
    return None


@command("lesions.go", title="Go to a lesion", group=GROUP, when=_IMAGE)
def go(ctx: CommandContext, name: str) -> Outcome:
    """By its name in the table: A1, S2."""
    ctx.lesions.go(name)
    return None


@command("lesions.report", title="Lesions into the report", group=GROUP, when={"report"})
def report(ctx: CommandContext) -> Outcome:
    """The whole table at the caret of the report, a line for each lesion; figures keep their
    link to what was measured."""
    ctx.reporting.insert_measurements([each.mark for each in ctx.lesions.listed()])
    return None


@command("lesions.cite", title="Cite the lesion", group=GROUP, when={"report"})
def cite(ctx: CommandContext, name: str = "") -> Outcome:
    """The chosen one, or one by its name, at the caret: its figures keep their link to it."""
    ctx.reporting.insert_measurement(ctx.lesions.named(name).mark)
    return None


COMMANDS = (table, following, go, report, cite)
