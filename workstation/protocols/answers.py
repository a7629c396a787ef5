"""What a site's answer means to the reader: the one table from status to error."""

import json
from typing import Final

from workstation.errors import Conflict, Refused, SignInFailed, SiteUnavailable, WorkstationError
from workstation.protocols.web import Answer
from workstation.text import tr

_BUSY: Final = frozenset({408, 425, 429, 502, 503, 504})
_CHANGED: Final = frozenset({409, 412})
_LONGEST: Final = 300


def outcome_text(answer: Answer) -> str:
    """What the site says about it (OperationOutcome), in one line; empty if nothing."""
    try:
        found = json.loads(answer.body)
        issues = found["issue"] if found.get("resourceType") == "OperationOutcome" else []
        said = [issue.get("diagnostics") or issue["details"]["text"] for issue in issues]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    line = " ".join("; ".join(str(each) for each in said).split())
    return "".join(letter for letter in line if letter.isprintable())[:_LONGEST]


def error_of(site: str, answer: Answer) -> WorkstationError:
    """The error to raise for an answer that is not the one hoped for."""
    status, said = answer.status, outcome_text(answer)
    because = tr(": {said}", said=said) if said else ""
    if status == 401:
        return SignInFailed(tr("{site}: your session has ended. Sign in again.", site=site))
    if status == 403:
        return Refused(tr("{site} does not permit it", site=site) + because)
    if status in _CHANGED:
        return Conflict(tr("{site}: it changed since we looked", site=site) + because)
    if status == 404:
        return Refused(tr("{site} does not have it", site=site) + because)
    if status in _BUSY:
        return SiteUnavailable(tr("{site} is busy ({status})", site=site, status=status))
    if status >= 500:
        return SiteUnavailable(
            tr("{site} has an internal error ({status})", site=site, status=status)
        )
    if 300 <= status < 400:
        return SiteUnavailable(tr("{site} wants to send us to another address", site=site))
    if status < 300:
        return SiteUnavailable(
            tr("{site} answered otherwise than agreed ({status})", site=site, status=status)
        )
    return Refused(tr("{site} refuses the request ({status})", site=site, status=status) + because)
