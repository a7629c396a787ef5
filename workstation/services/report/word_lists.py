"""Words of radiology by language, from the program's own lists, its templates and autotexts."""

import re
from collections.abc import Iterable
from pathlib import Path

from workstation.domain.template import Template


def read(text: str) -> frozenset[str]:
    """Words parted by spaces; a line that begins with # tells the subject."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word.casefold() for line in lines for word in line.split())


def words_of(folder: Path, templates: Iterable[Template]) -> dict[str, frozenset[str]]:
    """By language: the lists of a folder (`en.txt`), and every word that a template says."""
    found = {file.stem: read(file.read_text("utf-8")) for file in sorted(folder.glob("*.txt"))}
    for each in templates:
        language = re.split(r"[-_]", each.language.casefold())[0]
        specs = [spec for section in each.sections for spec in section.fields]
        texts = [text for s in specs for text in (s.label, s.default, s.unit, *s.options, *s.say)]
        words = re.findall(r"[^\W\d_]+", " ".join(texts).casefold())
        found[language] = found.get(language, frozenset()) | frozenset(words)
    return found
