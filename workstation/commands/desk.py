"""Commands of the desk: covering it, and handing it over to the next reader."""

from collections.abc import Callable

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.services.jobs import Job
from workstation.services.waiting import settled

GROUP = "Program"


@command("app.lock", title="Lock", group=GROUP, when={"signed-in"})
def lock(ctx: CommandContext) -> Outcome:
    """Cover every window until you authenticate again; the case stays as it is."""
    ctx.desk.lock()
    return None


@command("app.sign-out", title="Sign out", group=GROUP, when={"signed-in"})
def sign_out(ctx: CommandContext) -> Outcome:
    """Save what is written, leave the case and every site; the next reader signs in."""
    left: Job[None] = Job()

    def gone(job: Job[None]) -> None:
        ctx.files.close()
        ctx.desk.lift()
        ctx.windows.show_page("worklist")
        ctx.windows.open_sign_in()
        left.settle(None, job.error)

    def closed(_: Job[None]) -> None:
        ctx.session.forget_aside()
        told = ctx.audit.record("sign-out")
        told.then(lambda _: _then(ctx.worklist.sign_out(), gone))

    saved = ctx.reporting.save_draft() if ctx.session.case is not None else settled()
    saved.then(lambda _: _then(ctx.session.close(), closed))
    return left


def _then(job: Job[None], after: Callable[[Job[None]], None]) -> None:
    job.then(after)


COMMANDS = (lock, sign_out)
