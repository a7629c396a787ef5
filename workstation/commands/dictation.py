"""Commands of speech: a recording into the report, and what is said about what was said."""

from pathlib import Path

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, Registry, command
from workstation.text import tr

GROUP = "Report"
_NEEDS = {"report"}


@command("dictate", title="Dictate from a file", group=GROUP, when=_NEEDS)
def dictate(ctx: CommandContext, file: str) -> Outcome:
    """Speech from a WAV (commands alone), or a text with an utterance a line, at the caret."""
    return ctx.dictation.play(Path(file))


@command("dictation.toggle", title="Dictate", group=GROUP, when=_NEEDS)
def toggle(ctx: CommandContext) -> Outcome:
    """Speak into the report from here on, or end that; the status bar shows what is heard."""
    return ctx.listening.toggle()


@command("dictation.start", title="Begin to dictate", group=GROUP, when=_NEEDS)
def start(ctx: CommandContext) -> Outcome:
    """Speak into the report from here on."""
    return ctx.listening.start()


@command("dictation.stop", title="End dictation", group=GROUP, say={"stop dictation"})
def stop(ctx: CommandContext) -> None:
    """What is being said is still heard to its end."""
    ctx.listening.stop()


@command("dictation.scratch", title="Scratch that", group=GROUP, when=_NEEDS, say={"scratch that"})
def scratch(ctx: CommandContext) -> None:
    """Take back what was said last, as one step."""
    ctx.dictation.scratch()


@command("dictation.replay", title="Hear again", group=GROUP, when=_NEEDS, say={"play that"})
def replay(ctx: CommandContext, back: int = 1) -> Outcome:
    """What you said last, or `back` utterances ago, as you said it. Kept in memory alone, and
    erased with the signature."""
    return ctx.listening.replay(back)


@command(
    "dictation.accept",
    title="Accept numbers heard",
    group=GROUP,
    when=_NEEDS,
    say={"accept numbers"},
)
def accept(ctx: CommandContext) -> None:
    """You looked at every number that was not heard well; they stand as written."""
    ctx.reporting.confirm_numbers()
    ctx.windows.tell(tr("numbers accepted as written"))


@command("report.go-to", title="Go to field", group=GROUP, when=_NEEDS, rest=True, say={"go to …"})
def go_to(ctx: CommandContext, name: str) -> None:
    """Go to a section or a field by its name, and take the field whole."""
    ctx.reporting.go_to_named(name)


COMMANDS = (dictate, toggle, start, stop, scratch, replay, accept, go_to)


def phrases(registry: Registry) -> dict[str, str]:
    """What may be said for each command, and its line; "go to …" takes the words behind."""
    return {phrase: each.id for each in registry for phrase in each.say}
