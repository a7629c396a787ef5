"""Commands of spelling: what may have been meant, and a reader's own words."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import command
from workstation.errors import CommandError
from workstation.text import tr

GROUP = "Report"


@command("spelling.suggest", title="Correct the marked word", group=GROUP, when={"report"})
def suggest(ctx: CommandContext) -> None:
    """Go to the marked word at the caret, or the next one, and offer what may have been meant."""
    report = ctx.reporting.report
    if report is not None and not ctx.spelling.checks(report.language):
        raise CommandError(
            tr("there is no dictionary for {language}; see the setting `spelling`",
               language=report.language)
        )  # fmt: skip
    ctx.windows.offer_corrections()


@command("spelling.add", title="Add to my own words", group=GROUP, when={"signed-in"})
def add(ctx: CommandContext, word: str) -> None:
    """A word that no dictionary knows is right from now on, for you."""
    ctx.spelling.add(word)


@command("spelling.forget", title="Forget a word of my own", group=GROUP, when={"signed-in"})
def forget(ctx: CommandContext, word: str) -> None:
    """It is marked again where it stands."""
    if not ctx.spelling.forget(word):
        raise CommandError(tr("{word} is none of your own words", word=word))


COMMANDS = (suggest, add, forget)
