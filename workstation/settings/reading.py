"""The settings file read: whole and right, or refused with the line and the key."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen

from workstation.errors import SettingsError
from workstation.settings.agreement import contradiction
from workstation.settings.kinds import kind_in_words
from workstation.settings.program import Settings
from workstation.settings.site import Site
from workstation.text import tr


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
        if (wrong := contradiction(site)) is not None:
            raise origin.of_site(index).error(*wrong)
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
        raise ValueError(tr("{value!r} is not {kind}", value=raw, kind=kind_in_words(kind)))
    return raw
