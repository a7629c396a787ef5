"""Commands of decision aids: ask one, and take what it proposes."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import command
from workstation.services.report import decision_aids
from workstation.text import tr

GROUP = "Report"
_NEEDS = {"report"}


@command("aid.open", title="Decision aid", group=GROUP, when=_NEEDS)
def open_aid(ctx: CommandContext, name: str = "") -> None:
    """Ask a published rule: fleischner, recist, aspects. It proposes a sentence."""
    ctx.windows.open_aid(decision_aids.aid(name) if name else decision_aids.AIDS[0])


@command("aid.insert", title="Insert advice", group=GROUP, when=_NEEDS, rest=True)
def insert(ctx: CommandContext, name: str, answers: str) -> None:
    """The sentence of a rule at the caret, from answers like `size=7 kind=solid`."""
    rule = decision_aids.aid(name)
    result = decision_aids.result(rule, decision_aids.answers_of(rule, answers.split()))
    ctx.reporting.take_advice(result)
    ctx.windows.tell(tr("proposed by {aid}: read it before you sign", aid=rule.name))


COMMANDS = (open_aid, insert)
