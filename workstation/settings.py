"""Every setting there is, declared once: its type, default, and help.

The file is TOML; `docs/settings.md` is generated from this module. A wrong file is
refused whole, with the line and the key: a reading room must not start on half of
its settings. Nothing here writes.
"""

import ipaddress
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import attrs
import platformdirs
from attrs import field, frozen

from workstation.domain.identifiers import SiteId
from workstation.errors import SettingsError
from workstation.text import tr

StepUpPolicy = Literal["each", "session"]

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


def _address(value: str) -> str:
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


def _hl7_address(value: str) -> str:
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


def _site_id(value: str) -> str:
    if _SITE_ID.fullmatch(value):
        return ""
    return tr("{value!r}: use small letters, digits and hyphens, at most 32", value=value)


def _jurisdiction(value: str) -> str:
    if _JURISDICTION.fullmatch(value):
        return ""
    return tr('{value!r} is not an ISO 3166 code like "US-WA" or "DE"', value=value)


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return tr('{value!r} is not a time zone like "America/Denver"', value=value)
    return ""


def _between(low: float, high: float) -> Check:
    def check(value: float) -> str:
        if low <= value <= high:
            return ""
        return tr("{value} is not between {low} and {high}", value=value, low=low, high=high)

    return check


def _pairs(value: str) -> list[tuple[str, str]]:
    parts = [each.partition("=") for each in value.split(";") if each.strip()]
    return [(name.strip(), after.strip()) for name, _, after in parts]


def _screens(value: str) -> str:
    for name, millimetres in _pairs(value):
        try:
            right = bool(name) and 20 <= float(millimetres) <= 1000
        except ValueError:
            right = False
        if not right:
            return tr("{name} = {mm}: write a screen and 20 to 1000 mm", name=name, mm=millimetres)
    return ""


def screens_of(value: str) -> Mapping[str, float]:
    """mm of 1000 device pixels, by the name of the screen."""
    return {name: float(millimetres) for name, millimetres in _pairs(value)}


def _zones(value: str) -> str:
    for place, zone in _pairs(value):
        wrong = _jurisdiction(place) or _timezone(zone)
        if wrong:
            return wrong
    return ""


def zones_of(value: str) -> Mapping[str, str]:
    """Time zones of jurisdictions."""
    return dict(_pairs(value))


def _weights(value: str) -> str:
    for name, minutes in _pairs(value):
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
    return {name: float(minutes) for name, minutes in _pairs(value)}


def _places(value: str) -> str:
    return next((wrong for each in value.split() if (wrong := _jurisdiction(each))), "")


def _place(value: str) -> str:
    return _jurisdiction(value) if value else ""


def _ceiling(value: float) -> str:
    return "" if value == 0 else _between(256, 262144)(value)


def _not_empty(value: str) -> str:
    return "" if value.strip() else tr("it is empty")


def _setting(text: str, default: Any = attrs.NOTHING, check: Check | None = None) -> Any:
    def validate(_values: object, _field: object, value: Any) -> None:
        wrong = check(value) if check else ""
        if wrong:
            raise ValueError(wrong)

    return field(default=default, validator=validate, metadata={"help": text})


@frozen(kw_only=True)
class Site:
    """One hospital's platform: where it is, and what was agreed with it."""

    id: SiteId = _setting("Short name used in logs; never shown to patients.", check=_site_id)
    name: str = _setting("What the reader calls the site.", check=_not_empty)
    issuer: str = _setting("OpenID Connect issuer: where readers sign in.", check=_address)
    fhir: str = _setting("FHIR R4 base: worklist and reports.", check=_address)
    dicomweb: str = _setting("DICOMweb base, where a study names none itself.", check=_address)
    phone: str = _setting(
        "Whom to call when a report cannot be delivered: the facility's number, as it is dialled.",
        "",
    )
    stat_answer_seconds: int = _setting(
        "A STAT report that is not accepted within this raises an alarm.", 120, _between(5, 3600)
    )
    hl7: str = _setting("HL7 v2 listener, where the site has one.", "", _hl7_address)
    client_id: str = _setting("OAuth client the site registered for us.", "workstation", _not_empty)
    scopes: str = _setting(
        "OAuth scopes asked for at sign-in.", "openid profile offline_access fhirUser", _not_empty
    )
    jurisdiction: str = _setting(
        "Law the site is under (ISO 3166-2), where a study names no other.", check=_jurisdiction
    )
    timezone: str = _setting("IANA time zone of the site.", check=_timezone)
    zones: str = _setting(
        "Time zones of other jurisdictions the site scans in, for the midnight at which a licence"
        ' ends: `"US-NM = America/Denver; US-OK = America/Chicago"`.',
        "",
        _zones,
    )
    licence_at_desk: bool = _setting(
        "A licence is needed where the reader sits too (`place`), not where the scan was alone.",
        False,
    )
    read_from: str = _setting(
        'The site\'s images may be looked at from these places alone: `"DE FR"`; empty: any.',
        "",
        _places,
    )
    step_up: StepUpPolicy = _setting(
        "Password again before a signature: at each one, or once per session.", "each"
    )
    export: bool = _setting("Images and state may be written to files.", False)
    scripted_signing: bool = _setting("A script may sign (never for patients).", False)
    final_reports: bool = _setting("Final reports are accepted; else preliminary ones only.", True)
    lease_seconds: int = _setting(
        "A claim ends after this unless renewed.", 900, _between(30, 7200)
    )
    heartbeat_seconds: int = _setting("A claim is renewed this often.", 60, _between(1, 3600))
    timeout_seconds: float = _setting("The site must answer within this.", 15.0, _between(0.1, 300))
    connections: int = _setting("Connections to the site at most.", 16, _between(1, 64))
    ca_file: Path | None = _setting(
        "Certificates (PEM) to trust for this site instead of the system's.", None
    )


@frozen(kw_only=True)
class Settings:
    """What the program was told. Built by `load`, passed down by `app`."""

    sites: tuple[Site, ...] = ()
    banner: str = _setting("A line across every window, such as a demo notice.", "")
    place: str = _setting(
        "Where this desk stands (ISO 3166: `DE`, `US-WA`), for sites that ask.", "", _place
    )
    poll_seconds: float = _setting(
        "Each site is asked for changes this often.", 5.0, _between(0.1, 300)
    )
    lock_minutes: float = _setting(
        "After this long without a hand on it the program is covered until the reader"
        " authenticates again; the case stays open. 0: never by itself.",
        10.0,
        _between(0, 240),
    )
    urgency: str = _setting(
        "Minutes by which cases move in the queue, beside the time that is left:"
        ' `"site mesa = -10; modality MG = -30; priority urgent = -15"`; the tooltip of the time'
        " says them.",
        "",
        _weights,
    )
    prefetch_cases: int = _setting(
        "So many cases of the queue are fetched before you open them: first the first image of"
        " each series and the best prior, then the rest within a quarter of the memory for"
        " images. 0: none, as for a line that is paid by volume.",
        2,
        _between(0, 10),
    )
    ram_mb: int = _setting(
        "Decoded images are kept in this much memory; 0: in half of what the machine has.",
        0,
        _ceiling,
    )
    locale: str = _setting("Language of the program.", "en", _not_empty)
    keymap: str = _setting("Keys: a name below resources/keymaps.", "default", _not_empty)
    interpolation: Literal["nearest", "linear", "cubic"] = _setting(
        "Between the pixels of an image, until a reader chooses otherwise.", "linear"
    )
    suv: Literal["bw", "lbm", "lbm-james128", "lbm-janma", "bsa", "none"] = _setting(
        "PET is read in SUV where its objects allow it: by body weight, lean body mass (James,"
        " James with 128 for men, Janmahasatian), body surface; none: in the unit of the object.",
        "bw",
    )
    cine_rate: float = _setting(
        "Images a second of a film whose times are not recorded.", 10.0, _between(0.5, 60)
    )
    cine_autoplay: bool = _setting("Moving ultrasound plays by itself when it is hung.", True)
    screens: str = _setting(
        "What 1000 pixels of each screen measure in mm, by a ruler held against it:"
        ' `"DP-1 = 245.3; HDMI-1 = 270"`. A screen that was measured from the program'
        " (Ctrl+Shift+K) needs no line here.",
        "",
        _screens,
    )
    windows: Path | None = _setting(
        "Windows of your own for the number keys, in the form of resources/windows.toml; where"
        " not given, windows.toml beside the usual settings file, if there is one.",
        None,
    )
    store_dir: Path | None = _setting(
        "Folder of the sealed store; the system's usual place where not given.", None
    )

    def site(self, site_id: SiteId) -> Site:
        return next(site for site in self.sites if site.id == site_id)


def default_path() -> Path:
    """The settings file where `--settings` names none."""
    return Path(platformdirs.user_config_dir("reading-workstation", False)) / "settings.toml"


def resource(*parts: str) -> Path:
    """A data file of the program, in a checkout, a wheel or a frozen build."""
    frozen_root = getattr(sys, "_MEIPASS", None)
    here = Path(__file__).resolve().parent
    roots = [Path(frozen_root)] if frozen_root else [here, here.parent]
    base = next((root for root in roots if (root / "resources").is_dir()), roots[-1])
    return base.joinpath("resources", *parts)


def load(path: Path) -> Settings:
    """Read the settings file; raises `SettingsError` naming file, line and key."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise SettingsError(tr("{file}: there is no such file", file=path)) from None
    except UnicodeDecodeError:
        raise SettingsError(tr("{file}: it is not a text file in UTF-8", file=path)) from None
    except OSError as error:
        raise SettingsError(
            tr("{file}: it cannot be read ({why})", file=path, why=error.strerror)
        ) from None
    return parse(text, path)


def parse(text: str, path: Path) -> Settings:
    """Settings from the text of `path`; paths in it are relative to its folder."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(tr("{file}: {why}", file=path, why=error)) from None
    origin = _Origin(path, text)
    tables = found.pop("site", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise origin.error("site", tr("write each site under its own [[site]]"))
    sites = tuple(_values(Site, table, origin.of_site(index)) for index, table in enumerate(tables))
    for index, site in enumerate(sites):
        if site.id in {other.id for other in sites[:index]}:
            raise origin.of_site(index).error("id", tr("two sites are named {id}", id=site.id))
    settings: Settings = _values(Settings, found, origin)
    return attrs.evolve(settings, sites=sites)


@frozen
class _Origin:
    """Where a key stands, for errors."""

    path: Path
    text: str
    site: int | None = None

    def of_site(self, index: int) -> "_Origin":
        return attrs.evolve(self, site=index)

    def line(self, key: str) -> int:
        """Line of the key in its table; of the table's head where it is missing."""
        table, head, sites = None, 1, -1
        for number, line in enumerate(self.text.splitlines(), 1):
            if re.match(r"\s*\[", line):
                sites += bool(re.match(r"\s*\[\[\s*site\s*\]\]", line))
                table = sites
                head = number if table == self.site else head
            name = re.escape(key)
            if table == self.site and re.match(rf"\s*(\[\[?\s*)?[\"']?{name}[\"']?\s*[=.\]]", line):
                return number
        return head

    def error(self, key: str, why: str) -> SettingsError:
        return SettingsError(
            tr(
                "{file}, line {line}: {key}: {why}",
                file=self.path,
                line=self.line(key),
                key=key,
                why=why,
            )
        )


def _values(cls: type[Any], table: Mapping[str, Any], origin: _Origin) -> Any:
    hints = get_type_hints(cls)
    fields = {each.name: each for each in attrs.fields(cls) if "help" in each.metadata}
    values = {}
    for key, raw in table.items():
        if key not in fields:
            raise origin.error(key, tr("there is no such setting"))
        try:
            values[key] = _typed(raw, hints[key], origin.path.parent)
            validator = fields[key].validator
            assert validator is not None
            validator(None, fields[key], values[key])
        except ValueError as error:
            raise origin.error(key, str(error)) from None
    for name, each in fields.items():
        if each.default is attrs.NOTHING and name not in values:
            raise origin.error(name, tr("it is missing"))
    return cls(**values)


def _typed(raw: Any, hint: Any, folder: Path) -> Any:
    if get_origin(hint) is Literal:
        if raw in get_args(hint):
            return raw
        choices = ", ".join(f'"{choice}"' for choice in get_args(hint))
        raise ValueError(tr("{value!r} is not one of {choices}", value=raw, choices=choices))
    if Path in get_args(hint):
        if isinstance(raw, str) and raw:
            return folder / Path(raw).expanduser()
        raise ValueError(tr("{value!r} is not a path in quotes", value=raw))
    kind = getattr(hint, "__supertype__", hint)
    if kind is float and isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    if type(raw) is not kind:
        raise ValueError(tr("{value!r} is not {kind}", value=raw, kind=_kind_in_words(kind)))
    return raw


def _kind_in_words(hint: Any) -> str:
    words = {
        str: tr("a text in quotes"),
        bool: tr("true or false"),
        int: tr("a whole number"),
        float: tr("a number"),
    }
    if get_origin(hint) is Literal:
        return tr("one of {choices}", choices=", ".join(f"`{each}`" for each in get_args(hint)))
    if Path in get_args(hint) and NoneType in get_args(hint):
        return tr("a path")
    return words[getattr(hint, "__supertype__", hint)]


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
            kind = _kind_in_words(hints[each.name])
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


if __name__ == "__main__":
    sys.stdout.write(settings_markdown())
