"""The sentence that a report says of a critical result: who was told, how, when, read back or not.

In the language of the report, where `resources/communication.toml` has it.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache

from workstation.domain.critical import CriticalResult, How, minutes_between
from workstation.settings import resource

_OTHERWISE = "en"


@cache
def _languages() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resource("communication.toml").read_text("utf-8"))


def _in(language: str) -> Mapping[str, str]:
    """ "de" for "de-CH"; English for what is not there."""
    known = _languages()
    return known.get(language.partition("-")[0].lower(), known[_OTHERWISE])


def section_title(language: str) -> str:
    """Of the section that holds the sentences."""
    return _in(language)["section"]


def sentence(result: CriticalResult, zone: tzinfo | None, language: str) -> str:
    """Raises AssertionError where nobody was told."""
    told, words = result.told, _in(language)
    assert told is not None
    at = told.at.astimezone(zone)
    parts = [
        words[told.how].format(
            finding=result.finding.rstrip(". "),
            to=told.to,
            day=at.date().isoformat(),
            time=at.strftime("%H:%M %Z").strip(),
            minutes=minutes_between(result.seen_at, told.at) or words["at-once"],
        )
    ]
    if told.how is not How.MESSAGE:
        parts.append(words["read-back" if told.read_back else "not-read-back"])
    if result.attempts:
        names = (words["attempt"].format(to=a.to, time=_clock(a.at, zone)) for a in result.attempts)
        parts.append(words["tried"].format(names=", ".join(names)))
    return " ".join(parts)


def _clock(at: datetime, zone: tzinfo | None) -> str:
    return f"{at.astimezone(zone):%H:%M}"
