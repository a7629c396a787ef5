"""Commands on how the words of the report are set: bold, lists, tables, the order of items."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import command

GROUP = "Report"
_NEEDS = {"report"}


@command("report.bold", title="Bold", group=GROUP, when=_NEEDS)
def bold(ctx: CommandContext) -> None:
    """What is selected in bold, or no more; else the word at the caret, else what follows."""
    ctx.reporting.bold()


@command("report.bullets", title="List", group=GROUP, when=_NEEDS)
def bullets(ctx: CommandContext) -> None:
    """The lines that are selected as a list, or as plain lines again."""
    ctx.reporting.bullets()


@command("report.numbers", title="Numbered list", group=GROUP, when=_NEEDS)
def numbers(ctx: CommandContext) -> None:
    """The lines that are selected as a numbered list; an impression is numbered by itself."""
    ctx.reporting.numbers()


@command("report.table", title="Table", group=GROUP, when=_NEEDS)
def table(ctx: CommandContext, columns: int = 2, rows: int = 3) -> None:
    """A small table at the caret; Tab goes from cell to cell. A row is a line with bars."""
    ctx.reporting.table(columns, rows)


@command("report.item-up", title="Item up", group=GROUP, when=_NEEDS)
def item_up(ctx: CommandContext) -> None:
    """The item at the caret changes places with the one above it; the list is counted anew."""
    ctx.reporting.move_item(-1)


@command("report.item-down", title="Item down", group=GROUP, when=_NEEDS)
def item_down(ctx: CommandContext) -> None:
    """The item at the caret changes places with the one below it; the list is counted anew."""
    ctx.reporting.move_item(1)


@command("report.delete-item", title="Delete item", group=GROUP, when=_NEEDS)
def delete_item(ctx: CommandContext) -> None:
    """The item at the caret goes out of its list; the list is counted anew."""
    ctx.reporting.delete_item()


@command(
    "report.to-impression",
    title="Finding to impression",
    group=GROUP,
    when=_NEEDS,
)
def to_impression(ctx: CommandContext) -> None:
    """What is selected, else the sentence at the caret, as the last item of the impression."""
    ctx.reporting.to_impression()


COMMANDS = (bold, bullets, numbers, table, item_up, item_down, delete_item, to_impression)
