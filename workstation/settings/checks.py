"""What makes the value of a setting a good one: each check says what is wrong, or nothing."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import attrs
from attrs import field

from workstation.domain.promise import Promise, promise_of
from workstation.text import tr

#: What a site is called in lanes, logs and file names.
_SITE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
#: ISO 3166-1 country, or ISO 3166-2 subdivision.
_JURISDICTION: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")

Check = Callable[[Any], str]  # empty where the value is good, else what is wrong with it


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine; only there may it be plain HTTP."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(value: str) -> str:
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or parts.username:
        return tr("{value!r} is not a web address (https://…)", value=value)
    if parts.scheme == "http" and not is_loopback(value):
        return tr("{value} must begin with https: plain http is for this machine only", value=value)
    return ""


def address_if_any(value: str) -> str:
    return address(value) if value else ""


def origin_if_any(value: str) -> str:
    wrong = address_if_any(value)
    if not wrong and urlsplit(value).path.rstrip("/"):
        return tr("{value} is more than scheme, host and port (https://host:8443)", value=value)
    return wrong


#: What the hub is asked for by name, also as the last part of an address.
_TOPIC: Final = re.compile(r"[A-Za-z0-9._~:@-]{0,128}")


def topic(value: str) -> str:
    if _TOPIC.fullmatch(value):
        return ""
    return tr("{value!r} is not a session: letters, digits and . _ ~ : @ - alone", value=value)


def hl7_address(value: str) -> str:
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in ("mllp", "mllps") or not parts.hostname or not parts.port:
        return tr("{value!r} is not an HL7 address (mllps://host:port)", value=value)
    if parts.scheme == "mllp" and not is_loopback(value):
        return tr(
            "{value} must begin with mllps: without TLS is for this machine only", value=value
        )
    return ""


#: PS3.5 6.2: sixteen characters of the default repertoire, no backslash, not blanks alone.
_AE_TITLE: Final = re.compile(r"(?! )[\x20-\x5b\x5d-\x7e]{1,16}(?<! )")


def ae_title(value: str) -> str:
    if _AE_TITLE.fullmatch(value):
        return ""
    return tr("{value!r} is not an AE title: 1 to 16 plain letters and digits", value=value)


def dimse_address(value: str) -> str:
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("dicom", "dicoms") and bool(parts.hostname and parts.port)
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or parts.username:
        return tr("{value!r} is not a DIMSE address (dicoms://host:port/AE)", value=value)
    return ae_title(parts.path.removeprefix("/"))


def listening_address(value: str) -> str:
    if not value:
        return ""
    host, _, port = value.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        known = 0 < int(port) < 65536
    except ValueError:
        known = False
    return "" if known else tr("{value!r} is not address:port of this machine", value=value)


def site_id(value: str) -> str:
    if _SITE_ID.fullmatch(value):
        return ""
    return tr("{value!r}: use small letters, digits and hyphens, at most 32", value=value)


def jurisdiction(value: str) -> str:
    if _JURISDICTION.fullmatch(value):
        return ""
    return tr('{value!r} is not an ISO 3166 code like "US-WA" or "DE"', value=value)


def timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return tr('{value!r} is not a time zone like "America/Denver"', value=value)
    return ""


def between(low: float, high: float) -> Check:
    def check(value: float) -> str:
        if low <= value <= high:
            return ""
        return tr("{value} is not between {low} and {high}", value=value, low=low, high=high)

    return check


def pairs(value: str) -> list[tuple[str, str]]:
    parts = [each.partition("=") for each in value.split(";") if each.strip()]
    return [(name.strip(), after.strip()) for name, _, after in parts]


def people(value: str) -> str:
    wrong = next((name or number for name, number in pairs(value) if not name or not number), "")
    return tr("{what!r}: write a name, =, and a telephone number", what=wrong) if wrong else ""


def critical_minutes(value: str) -> str:
    found = dict(pairs(value))
    if set(found) != {"1", "2", "3"} or not all(each.isdecimal() for each in found.values()):
        return tr("{value!r}: write minutes for 1, 2 and 3", value=value)
    return ""


def screens(value: str) -> str:
    for name, millimetres in pairs(value):
        try:
            right = bool(name) and 20 <= float(millimetres) <= 1000
        except ValueError:
            right = False
        if not right:
            return tr("{name} = {mm}: write a screen and 20 to 1000 mm", name=name, mm=millimetres)
    return ""


def screens_of(value: str) -> Mapping[str, float]:
    """mm of 1000 device pixels, by the name of the screen."""
    return {name: float(millimetres) for name, millimetres in pairs(value)}


def socket_here(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "ws" and is_loopback(value):
        return ""
    return tr("{value!r} is not a WebSocket of this machine (ws://127.0.0.1:2700)", value=value)


def buttons(value: str) -> str:
    for name, line in pairs(value):
        if not name or not line:
            return tr("{name!r}: write a button, =, and a command", name=name)
    return ""


def buttons_of(value: str) -> Mapping[str, str]:
    """Command lines by the button of a dictation microphone."""
    return dict(pairs(value))


def zones(value: str) -> str:
    for place, zone in pairs(value):
        wrong = jurisdiction(place) or timezone(zone)
        if wrong:
            return wrong
    return ""


def zones_of(value: str) -> Mapping[str, str]:
    """Time zones of jurisdictions."""
    return dict(pairs(value))


def weights(value: str) -> str:
    for name, minutes in pairs(value):
        kind, _, what = name.partition(" ")
        try:
            right = bool(what) and abs(float(minutes)) <= 10_000
        except ValueError:
            right = False
        if not right or kind not in ("site", "modality", "priority", "tier"):
            return tr(
                "{name} = {n}: write site, modality, priority or tier, a name, and minutes",
                name=name,
                n=minutes,
            )
    return ""


def weights_of(value: str) -> Mapping[str, float]:
    """Minutes by which cases are moved in the queue."""
    return {name: float(minutes) for name, minutes in pairs(value)}


def promises(value: str) -> str:
    try:
        found = promises_of(value)
    except ValueError:
        found = ()
    if len(found) != len(pairs(value)):
        return tr("{value!r}: write priority, tier or modality, and minutes", value=value)
    return ""


def promises_of(value: str) -> tuple[Promise, ...]:
    """What is promised, the first that fits first. Raises ValueError."""
    found = (promise_of(words, float(minutes)) for words, minutes in pairs(value))
    return tuple(each for each in found if each is not None)


def places(value: str) -> str:
    return next((wrong for each in value.split() if (wrong := jurisdiction(each))), "")


def place(value: str) -> str:
    return jurisdiction(value) if value else ""


def ceiling(value: float) -> str:
    return "" if value == 0 else between(256, 262144)(value)


def readers(value: str) -> str:
    try:
        found = licences_of(value)
    except ValueError:
        found = []
    if len(found) != len([each for each in value.split(";") if each.strip()]):
        return tr("{value!r}: write who = place, or who = place until-day", value=value)
    return next((wrong for _, place, _ in found if (wrong := jurisdiction(place))), "")


def licences_of(value: str) -> list[tuple[str, str, date | None]]:
    """Subject of the identity provider, jurisdiction, last day. Raises ValueError."""
    found = []
    for subject, licence in pairs(value):
        place, _, until = licence.partition(" ")
        if not subject or not place:
            raise ValueError(licence)
        found.append((subject, place, date.fromisoformat(until.strip()) if until else None))
    return found


def not_empty(value: str) -> str:
    return "" if value.strip() else tr("it is empty")


def setting(text: str, default: Any = attrs.NOTHING, check: Check | None = None) -> Any:
    def validate(_values: object, _field: object, value: Any) -> None:
        wrong = check(value) if check else ""
        if wrong:
            raise ValueError(wrong)

    return field(default=default, validator=validate, metadata={"help": text})
