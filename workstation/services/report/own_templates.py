"""Templates by level: the program's, a site's, the group's, and a reader's own.

Of two with one name the reader's own is meant, then the group's, then the site's; of two
that fit alike too. A reader's own are MRRT files in the sealed store, for them alone.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from attrs import evolve

from workstation.domain.autotext import Level
from workstation.domain.identifiers import SiteId
from workstation.domain.template import Template
from workstation.errors import CommandError, SettingsError
from workstation.protocols import mrrt, mrrt_writing
from workstation.services.jobs import Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.readers_own import ReadersOwn
from workstation.services.signal import Signal
from workstation.text import tr

_ORDER = (Level.USER, Level.GROUP, Level.SITE, Level.PROGRAM)


class OwnTemplates:
    """Owned by the application, lives on the home thread.

    Parameters
    ----------
    shared
        By level; those of sites are in `sites`.
    use
        Takes all templates there are here and now.
    """

    def __init__(
        self,
        store: SealedStore,
        jobs: Jobs,
        shared: Mapping[Level, tuple[Template, ...]],
        sites: Mapping[SiteId, tuple[Template, ...]],
        use: Callable[[tuple[Template, ...]], None],
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.own: Mapping[str, Template] = {}
        self._kept = ReadersOwn(store, jobs, "templates")
        self._shared, self._sites, self._use = shared, sites, use
        self._site = SiteId("")
        self._order()

    @property
    def known(self) -> Mapping[str, tuple[Template, Level]]:
        """By name, as they are meant here and now."""
        return self._known

    def begin(self, user: str) -> None:
        """A reader signed in, or out: their own, and nobody else's."""
        if user != self._kept.user:
            self.own = {}
            self._order()
            self._kept.begin(user, self._known_now)

    def _known_now(self, body: str) -> None:
        self.own = {**_from_json(body), **self.own}
        self._order()

    def at_site(self, site: SiteId) -> None:
        """The case is of this site: its templates count, those of the others do not."""
        if site != self._site:
            self._site = site
            self._order()

    def keep(self, template: Template) -> None:
        """Make or change one of the reader's own."""
        self._take({**self.own, template.id: template})

    def forget(self, name: str) -> None:
        """Raises CommandError where it is not the reader's own."""
        if name not in self.own:
            raise CommandError(tr("{name} is not a template of your own", name=name))
        self._take({n: t for n, t in self.own.items() if n != name})

    def import_file(self, name: str, body: bytes) -> Template:
        """A foreign MRRT file as one's own; `notes` of it say what was left out.

        Raises CommandError where it is none.
        """
        try:
            template = mrrt.read(body, fallback_id=name)
        except mrrt.UnreadableTemplate as error:
            raise CommandError(str(error)) from None
        self.keep(template)
        return template

    def export(self, name: str) -> bytes:
        """A template of any level as an MRRT file. Raises CommandError."""
        if name not in self._known:
            raise CommandError(tr("no template is named {name!r}", name=name))
        return mrrt_writing.write(self._known[name][0])

    def _take(self, own: Mapping[str, Template]) -> None:
        files = {n: mrrt_writing.write(t).decode() for n, t in own.items()}
        self._kept.keep(json.dumps(files))
        self.own = own
        self._order()

    def _order(self) -> None:
        levels: Mapping[Level, Iterable[Template]] = {
            **self._shared,
            Level.SITE: self._sites.get(self._site, ()),
            Level.USER: self.own.values(),
        }
        found: dict[str, tuple[Template, Level]] = {}
        for level in _ORDER:
            for each in levels.get(level, ()):
                found.setdefault(each.id, (each, level))
        self._known = found
        nearest = len(_ORDER) - 1
        self._use(
            tuple(evolve(t, near=nearest - _ORDER.index(level)) for t, level in found.values())
        )
        self.changed.emit(None)


def load(folder: Path) -> tuple[Template, ...]:
    """Every template of a folder that the settings name. Raises SettingsError."""
    found = []
    for file in sorted(folder.glob("*.html")):
        try:
            found.append(mrrt.read(file.read_bytes(), fallback_id=file.stem))
        except (OSError, mrrt.UnreadableTemplate) as error:
            raise SettingsError(f"{file}: {error}") from None
    if not found:
        raise SettingsError(tr("{folder}: there is no template in it", folder=folder))
    return tuple(found)


def _from_json(body: str) -> dict[str, Template]:
    try:
        files: dict[str, str] = json.loads(body)
        return {n: mrrt.read(text.encode(), fallback_id=n) for n, text in files.items()}
    except (TypeError, ValueError, AttributeError):
        return {}  # of another version of the program
