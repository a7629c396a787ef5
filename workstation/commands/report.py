"""Report commands: the words, the fields, the checks, the signature."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.domain.measurement import Measurement
from workstation.domain.report import Discrepancy, ReportState, SectionKind
from workstation.errors import CommandError
from workstation.services.reading.signing import promised_status
from workstation.text import tr

GROUP = "Report"
_NEEDS = {"report"}


def _section(name: str) -> SectionKind:
    """A section as scripts and voices name it, in any case."""
    try:
        return SectionKind(name.strip().lower())
    except ValueError:
        known = ", ".join(kind.value for kind in SectionKind)
        raise CommandError(
            tr("no section is named {name!r}; there are: {known}", name=name, known=known)
        ) from None


@command("report.template", title="Template", group=GROUP, when=_NEEDS)
def template(ctx: CommandContext, name: str) -> None:
    """Use another template; what you wrote is kept."""
    ctx.reporting.use_template(name)


@command("report.set", title="Set section", group=GROUP, when=_NEEDS, rest=True, hidden=True)
def set_section(ctx: CommandContext, section: str, text: str) -> None:
    """Replace a section by a text of your own; the template's fields of it count as removed."""
    ctx.reporting.set_section(_section(section), text)


@command("report.override", title="Sign in spite of a check", group=GROUP, when=_NEEDS, rest=True)
def override(ctx: CommandContext, rule: str, reason: str) -> None:
    """Set a check aside with a reason, which is kept with the report."""
    ctx.reporting.override(rule, reason)


@command(
    "report.insert-measurement",
    title="Insert measurement",
    group=GROUP,
    when={"report", "measurement"},
    say={"insert measurement"},
)
def insert_measurement(ctx: CommandContext, which: str = "") -> None:
    """Cite a measurement in the current field: the selected one, else the last, or by name."""
    ctx.reporting.insert_measurement(_measurement(ctx, which))


def _measurement(ctx: CommandContext, which: str) -> Measurement:
    known = ctx.viewer.measurements
    name = which or ctx.viewer.selected_measurement
    found = [m for m in known if m.id == name] if name else list(known[-1:])
    if not found:
        raise CommandError(tr("no measurement is named {id!r}", id=name))
    return found[0]


@command("report.evidence", title="Cite evidence by number", group=GROUP, when=_NEEDS)
def evidence(ctx: CommandContext, number: int) -> None:
    """Cite the measurement of that line of the evidence list (from 1) in the current field."""
    lines = ctx.reporting.evidence
    if not 1 <= number <= len(lines):
        raise CommandError(tr("the evidence list has no line {n}", n=number))
    ctx.reporting.insert_measurement(lines[number - 1][0])


@command("report.show-link", title="Image of this measurement", group=GROUP, when=_NEEDS)
def show_link(ctx: CommandContext, which: str = "") -> None:
    """Bring the image that a number of the text was measured on, windowed as it was then: the
    one at the caret, or by name."""
    link = ctx.reporting.link_here
    name = which or (link.measurement if link is not None else "")
    if not name:
        raise CommandError(tr("no measurement is cited here"))
    if ctx.lesions.has(name):
        ctx.lesions.go(name)
    else:
        ctx.viewer.go_to_measurement(name)


@command("report.accept-measurement", title="Accept changed measurement", group=GROUP, when=_NEEDS)
def accept_measurement(ctx: CommandContext, which: str = "") -> None:
    """Take a changed measurement into the text; without a name, every one that changed."""
    ctx.reporting.accept_measurement(which)


@command("report.draft", title="Save draft", group=GROUP, when=_NEEDS, say={"save draft"})
def draft(ctx: CommandContext) -> Outcome:
    """Save the draft now; it saves itself as well."""
    return ctx.reporting.save_draft()


@command("report.restore", title="Take earlier draft", group=GROUP, when=_NEEDS)
def restore(ctx: CommandContext) -> None:
    """Go on with an earlier draft that was found after you began to write."""
    ctx.reporting.restore_waiting()


@command("report.next-field", title="Next field", group=GROUP, when=_NEEDS, say={"next field"})
def next_field(ctx: CommandContext) -> None:
    """Go to the next field and take it whole."""
    ctx.reporting.next_field()


@command(
    "report.previous-field",
    title="Previous field",
    group=GROUP,
    when=_NEEDS,
    say={"previous field"},
)
def previous_field(ctx: CommandContext) -> None:
    """Go to the field before and take it whole."""
    ctx.reporting.previous_field()


@command("report.field-end", title="Caret behind field", group=GROUP, when=_NEEDS)
def field_end(ctx: CommandContext) -> None:
    """Put the caret behind the words of the field, so that they are not replaced."""
    ctx.reporting.end_of_field()


@command("report.remove-field", title="Remove field", group=GROUP, when=_NEEDS)
def remove_field(ctx: CommandContext) -> None:
    """Take the current field out of the report; it stays listed as removed."""
    ctx.reporting.remove_field()


@command("report.normal", title="Normal", group=GROUP, when=_NEEDS, say={"this is normal"})
def normal(ctx: CommandContext) -> None:
    """The words for a normal finding into the current field, and on to the next one."""
    ctx.reporting.normal()


@command(
    "report.rest-normal", title="All else normal", group=GROUP, when=_NEEDS, say={"all else normal"}
)
def rest_normal(ctx: CommandContext) -> None:
    """Every field that is still empty says what is usual; what you wrote stays."""
    ctx.reporting.rest_normal()


@command("report.next-check", title="Next check", group=GROUP, when=_NEEDS)
def next_check(ctx: CommandContext) -> None:
    """Go to the field that the next unsettled check is about, ready to type."""
    ctx.reporting.next_check()
    ctx.windows.show_page("report")


@command("report.undo", title="Undo", group=GROUP, when=_NEEDS, say={"undo"})
def undo(ctx: CommandContext) -> None:
    """Back one step of the report."""
    ctx.reporting.undo()


@command("report.redo", title="Redo", group=GROUP, when=_NEEDS)
def redo(ctx: CommandContext) -> None:
    """Forward again what was undone."""
    ctx.reporting.redo()


@command("report.focus", title="Go to report", group=GROUP, when=_NEEDS)
def focus(ctx: CommandContext) -> None:
    """Put the keyboard into the report."""
    ctx.windows.show_page("report")


@command("report.discrepancy", title="Discrepancy", group=GROUP, when=_NEEDS, rest=True)
def discrepancy(ctx: CommandContext, how_much: Discrepancy, why: str = "") -> None:
    """How your reading departs from the preliminary it began with; it is sent with the report.

    What is major is asked for in words.
    """
    if how_much is Discrepancy.MAJOR and not why and ctx.reporting.preliminary is not None:
        ctx.windows.open_palette("report.discrepancy major ")
        return
    ctx.reporting.judge(how_much, why)


@command("report.sign", title="Sign", group=GROUP, when=_NEEDS, say={"sign report"})
def sign(ctx: CommandContext) -> Outcome:
    """Show the whole report as it will be sealed, ask for the password, seal and send."""
    item = ctx.session.need_case().item
    if ctx.reporting.adding:
        return ctx.signing.request(ctx.reporting.amends)
    return ctx.signing.request(promised_status(item, ctx.session.site(item.site)))


@command("report.preliminary", title="Sign as preliminary", group=GROUP, when=_NEEDS)
def preliminary(ctx: CommandContext) -> Outcome:
    """The same as a preliminary report, whatever was promised."""
    return ctx.signing.request(ReportState.PRELIMINARY)


@command("report.addend", title="Addendum", group=GROUP, when=_NEEDS, rest=True)
def addend(ctx: CommandContext, text: str = "") -> Outcome:
    """Add to the signed report: its text stays, the addendum is signed and sent with it.

    Without words a field is opened to write them in.
    """
    ctx.reporting.begin_addendum(text)
    return _signed_or_written(ctx, text, ReportState.ADDENDED)


def _signed_or_written(ctx: CommandContext, words: str, how: ReportState) -> Outcome:
    if not words.strip():
        ctx.windows.show_page("report")
        return None
    return ctx.signing.request(how)


@command("report.wet-read", title="Sign as wet read", group=GROUP, when=_NEEDS)
def wet_read(ctx: CommandContext) -> Outcome:
    """A first impression, sent at once as what it is; the complete reading still follows."""
    return ctx.signing.request(ReportState.WET_READ)


@command("report.correct", title="Correct signed report", group=GROUP, when=_NEEDS, rest=True)
def correct(ctx: CommandContext, why: str = "") -> None:
    """Open the words of the signed report to be changed; why stands below, and it is signed anew.

    The report that was signed stays as it is, in the site's record and in the chain.
    """
    ctx.reporting.begin_correction(why)
    ctx.windows.show_page("report")


@command("report.retract", title="Retract signed report", group=GROUP, when=_NEEDS, rest=True)
def retract(ctx: CommandContext, why: str = "") -> Outcome:
    """Take a signed report back: of the wrong patient, or not to be relied on. Why stands above.

    Without words a field is opened to write them in.
    """
    ctx.reporting.begin_retraction(why)
    return _signed_or_written(ctx, why, ReportState.RETRACTED)


COMMANDS = (
    template, set_section, override, insert_measurement, evidence, show_link, accept_measurement,
    draft, restore, next_field, previous_field, field_end, remove_field, normal, rest_normal,
    next_check, undo, redo, focus, discrepancy, sign, preliminary, addend, wet_read, correct,
    retract,
)  # fmt: skip
