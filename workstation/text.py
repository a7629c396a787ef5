"""Every word a reader sees goes through `tr`.

The English text is the key. A catalogue is a flat JSON object in `resources/i18n`;
a missing entry falls back to English, so an incomplete translation is readable.
The pseudo-locale ``qps`` wraps each text in ⟦ ⟧: a test walks every window under it
and finds the words that took another way.
"""

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

PSEUDO_LOCALE: Final = "qps"
_LEFTWARD: Final = frozenset({"ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "ckb", "dv"})

_catalogue: Mapping[str, str] = MappingProxyType({})
_pseudo = False


def tr(english: str, /, **values: object) -> str:
    """The text in the reader's language; `values` fill the {names} in it."""
    text = _catalogue.get(english, english)
    if values:
        text = text.format(**values)
    return f"⟦{text}⟧" if _pseudo else text


def trn(n: int, one: str, many: str, /, **values: object) -> str:
    """A text about a number of things: `one` is for a single one; both may say {n}."""
    return tr(one if n == 1 else many, n=n, **values)


def is_leftward(language: str) -> bool:
    """Whether a language is written from right to left, by its code ("he", "ar-EG")."""
    return language.partition("-")[0].lower() in _LEFTWARD


def runs_leftward(text: str) -> bool | None:
    """Whether a text runs from right to left, by its first letter; None where it has none."""
    strong = (unicodedata.bidirectional(each) for each in text)
    return next((way != "L" for way in strong if way in ("L", "R", "AL")), None)


def isolated(text: str) -> str:
    """Foreign text among other words cannot reorder them, whichever way its script runs."""
    if not any(unicodedata.bidirectional(each) in ("R", "AL", "AN") for each in text):
        return text
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def use_locale(locale: str, folder: Path | None = None) -> None:
    """Choose the language once, before the first window is built."""
    global _catalogue, _pseudo
    _pseudo = locale == PSEUDO_LOCALE
    found = folder / f"{locale}.json" if folder else None
    entries = json.loads(found.read_text("utf-8")) if found and found.is_file() else {}
    _catalogue = MappingProxyType(entries)
