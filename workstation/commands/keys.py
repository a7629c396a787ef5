"""Commands of the keys themselves: the profile, which key does what, and back as it was."""

from pathlib import Path

from workstation.commands.bindings import Scope
from workstation.commands.context import CommandContext
from workstation.commands.keymap import Profile
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.services.own_keys import KeyChange
from workstation.text import tr

GROUP = "Program"
_NEEDS = {"signed-in"}


@command("keys.edit", title="Change keys", group=GROUP, when=_NEEDS)
def edit(ctx: CommandContext) -> None:
    """Find any command, press the key it shall have; what the key did before is named."""
    ctx.windows.open_key_bindings()


@command("keys.profile", title="Keys of profile", group=GROUP, when=_NEEDS)
def profile(ctx: CommandContext, name: Profile) -> None:
    """Take the keys of a profile; those that you changed yourself stay as you have them."""
    ctx.own_keys.choose(name)


@command("keys.bind", title="Give key to command", group=GROUP, when=_NEEDS)
def bind(
    ctx: CommandContext, scope: Scope, line: str, keys: str, second: str = "", third: str = ""
) -> None:
    """From now on a command line has these keys and no others; whatever had them there loses
    them: `keys.bind always report.sign Ctrl+Return`."""
    every = tuple(filter(None, (keys, second, third)))
    ctx.own_keys.bind(KeyChange(scope, line, every))


@command("keys.clear", title="Take keys from command", group=GROUP, when=_NEEDS)
def clear(ctx: CommandContext, scope: Scope, line: str) -> None:
    """A command line has no key any more; the palette still finds it."""
    ctx.own_keys.bind(KeyChange(scope, line))


@command("keys.restore", title="Keys as the profile has them", group=GROUP, when=_NEEDS)
def restore(ctx: CommandContext, scope: Scope = Scope.ALWAYS, line: str = "") -> None:
    """One command line as the profile has it; without one, everything."""
    if line:
        ctx.own_keys.restore(scope, line)
    else:
        ctx.own_keys.restore_all()


@command("keys.export", title="Export keys", group=GROUP)
def export(ctx: CommandContext, file: str = "") -> Outcome:
    """Write all keys as they are now to a file that the setting `keymap` of any machine may
    name. Without a file it is asked for."""
    if not file:
        ctx.windows.ask_file(tr("Export keys"), "keys.export", write=True)
        return None
    text = ctx.own_keys.as_file()

    def save() -> None:
        try:
            Path(file).write_text(text, "utf-8")
        except (OSError, ValueError):
            raise CommandError(tr("the file cannot be written")) from None

    written = ctx.jobs.run(save, lane="files")
    told = tr("the keys were written")
    return written.then(lambda job: ctx.windows.tell(told) if job.error is None else None)


COMMANDS = (edit, profile, bind, clear, restore, export)
