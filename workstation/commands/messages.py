"""Commands about HL7 v2 messages that a site brings."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.domain.identifiers import SiteId
from workstation.errors import CommandError
from workstation.services.queue.announced import Rejected
from workstation.text import tr, trn

GROUP: Final = "Program"


@command("messages.rejected", title="Messages that were not taken", group=GROUP, when={"signed-in"})
def rejected(ctx: CommandContext, file: str | None = None) -> Outcome:
    """HL7 messages of the sites that could not be understood: why, or into a file for the
    engineer, as they came."""
    found = {site: kept for site, each in ctx.announced.items() if (kept := each.rejected)}
    if file is None:
        ctx.windows.tell(_words(ctx, found) or tr("every message was taken"))
        return None
    if not found:
        raise CommandError(tr("every message was taken"))
    if not all(ctx.may_export(site) for site in found):
        raise CommandError(tr("this site does not allow exports"))
    lines = [_line(site, each) for site, kept in found.items() for each in kept]
    try:
        Path(file).write_text("".join(lines), encoding="utf-8")
    except (OSError, ValueError):
        raise CommandError(tr("the file cannot be written")) from None
    for site, kept in found.items():
        ctx.audit.record("export", site=site, detail={"messages": str(len(kept))})
    return None


def _words(ctx: CommandContext, found: Mapping[SiteId, tuple[Rejected, ...]]) -> str:
    said = [
        tr(
            "{site}: {count}; the last at {at} UTC: {why}",
            site=ctx.session.site(site).name,
            count=trn(len(kept), "{n} message was not taken", "{n} messages were not taken"),
            at=f"{kept[-1].at:%H:%M}",
            why=kept[-1].why,
        )
        for site, kept in found.items()
    ]
    return " · ".join(said)


def _line(site: SiteId, each: Rejected) -> str:
    said = {"site": site, "at": each.at.isoformat(), "why": each.why}
    text = each.raw.decode("utf-8", "backslashreplace")
    return json.dumps({**said, "message": text}, ensure_ascii=False) + "\n"


COMMANDS = (rejected,)
