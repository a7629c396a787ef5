"""`docs/settings.md`, made from the settings themselves."""

from typing import Any, get_type_hints

import attrs

from workstation.settings.kinds import kind_in_words
from workstation.settings.program import Settings
from workstation.settings.site import Site


def settings_markdown() -> str:
    """`docs/settings.md`: every setting, its kind, default and help."""
    head = [
        "# Settings",
        "",
        "A TOML file. `workstation --settings FILE` names it; otherwise it is `settings.toml` in",
        "the user's configuration folder of `reading-workstation`. Paths in it are relative to it.",
        "An unknown or wrong setting is an error that names the line. This page is generated:",
        "`python -m workstation.settings > docs/settings.md`.",
    ]
    return "\n".join(
        [*head, *_table("Program", Settings), *_table("Each site: `[[site]]`", Site), ""]
    )


def _table(title: str, cls: type[Any]) -> list[str]:
    hints = get_type_hints(cls)
    lines = ["", f"## {title}", "", "| setting | kind | default | meaning |", "|---|---|---|---|"]
    for each in attrs.fields(cls):
        if "help" in each.metadata:
            kind = kind_in_words(hints[each.name])
            lines.append(
                f"| `{each.name}` | {kind} | {_default(each.default)} | {each.metadata['help']} |"
            )
    return lines


def _default(value: Any) -> str:
    if value is attrs.NOTHING:
        return "must be given"
    if value is None or value == "":
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
