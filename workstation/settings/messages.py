"""What was agreed with a site about HL7 v2 messages, as its settings write it down."""

import ipaddress
from collections.abc import Mapping
from typing import Final

from workstation.domain.report import ReportState
from workstation.settings.checks import pairs
from workstation.text import tr

#: HL7 v2.5.1 tables 0123 (OBR-25) and 0085 (OBX-11).
_REQUEST: Final = frozenset("OISAPCRFXYZ")
_RESULT: Final = frozenset("CDFINOPRSXUW")
_SENT: Final = tuple(state for state in ReportState if state is not ReportState.DRAFT)


def status(value: str) -> str:
    """Wrong where a state or a letter does not exist."""
    for name, letters in pairs(value):
        request, _, result = letters.partition("/")
        if name not in _SENT or request not in _REQUEST or (result or request) not in _RESULT:
            return tr(
                "{name} = {letters}: write one of {states}, OBR-25, / and OBX-11",
                name=name,
                letters=letters,
                states=", ".join(_SENT),
            )
    return ""


def status_of(value: str) -> Mapping[ReportState, tuple[str, str]]:
    """OBR-25 and OBX-11 of the states that a site wants otherwise."""
    found = {}
    for name, letters in pairs(value):
        request, _, result = letters.partition("/")
        found[ReportState(name)] = (request, result or request)
    return found


def peers(value: str) -> str:
    """Wrong where an address is none, or nobody may come."""
    for each in value.split():
        try:
            ipaddress.ip_network(each, strict=False)
        except ValueError:
            return tr("{value!r} is not an address or a network", value=each)
    return "" if value.split() else tr("nobody could bring a message")


def party(value: str) -> str:
    """Wrong where it is more than an application and a facility."""
    return "" if value.count("/") <= 1 else tr("{value!r} is not APPLICATION/FACILITY", value=value)


def party_of(value: str) -> tuple[str, str]:
    """Application and facility."""
    application, _, facility = value.partition("/")
    return application.strip(), facility.strip()
