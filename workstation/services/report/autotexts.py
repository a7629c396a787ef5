"""Autotexts: those of the program, of the site, of the group and the reader's own.

Of two with one name the reader's own is meant, then the group's, then the site's. A
reader's own are kept in the sealed store for them alone; the others come from files.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import evolve

from workstation.domain.autotext import Autotext, Level, Variable
from workstation.domain.identifiers import SiteId
from workstation.errors import CommandError
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.readers_own import ReadersOwn
from workstation.services.report.autotext_expansion import Expansion, expand, faults, spoken
from workstation.services.signal import Signal
from workstation.services.waiting import settled
from workstation.text import tr

#: So many are offered while a name is typed.
MOST_OFFERED: Final = 6
#: From so many letters on.
LEAST_TYPED: Final = 2
_ORDER: Final = {level: at for at, level in enumerate(Level)}


class Autotexts:
    """Owned by the application, lives on the home thread.

    Parameters
    ----------
    shared
        Those of the program, of the sites and of the group, each with its level.
    sites
        Which of the shared ones are of one site alone.
    """

    def __init__(
        self,
        store: SealedStore,
        jobs: Jobs,
        shared: Iterable[Autotext] = (),
        sites: Mapping[SiteId, tuple[Autotext, ...]] | None = None,
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.own: Mapping[str, Autotext] = {}
        self._kept = ReadersOwn(store, jobs, "autotexts")
        self._shared, self._sites = tuple(shared), sites or {}
        self._site = SiteId("")
        self._order()

    # --- whose they are ---------------------------------------------------------------

    def begin(self, user: str) -> Job[None]:
        """A reader signed in: their own, and nobody else's."""
        if user == self._kept.user:
            return settled()
        self.own = {}
        self._order()
        return self._kept.begin(user, self._known_now)

    def _known_now(self, body: str) -> None:
        self.own = {each.name.casefold(): each for each in _from_json(body)} | dict(self.own)
        self._order()

    def at_site(self, site: SiteId) -> None:
        """The case is of this site: its autotexts count, those of the others do not."""
        if site != self._site:
            self._site = site
            self._order()

    # --- finding ----------------------------------------------------------------------

    @property
    def known(self) -> Mapping[str, Autotext]:
        """Each name once, folded, as it is meant here and now."""
        return self._by_name

    def offered(self, typed: str) -> tuple[Autotext, ...]:
        """Those whose names begin with what was typed; the whole name first."""
        folded = typed.casefold()
        if len(folded) < LEAST_TYPED:
            return ()
        at, found = bisect_left(self._names, folded), []
        while at < len(self._names) and self._names[at].startswith(folded):
            found.append(self._by_name[self._names[at]])
            at += 1
            if len(found) == MOST_OFFERED:
                break
        return tuple(found)

    def named(self, name: str) -> Autotext:
        """By what is typed or what is spoken. Raises CommandError."""
        found = self._by_name.get(name.casefold()) or self._by_voice.get(spoken(name))
        if found is None:
            raise CommandError(tr("no autotext is named {name!r}", name=name))
        return found

    def expand(self, name: str, facts: Mapping[Variable, str]) -> Expansion:
        """The words for a report. Raises CommandError, as `autotext_expansion.expand` does."""
        return expand(self.named(name).name, self._by_name, facts)

    def preview(self, name: str) -> str:
        """The words with their variables named; what is wrong, where it cannot be expanded."""
        try:
            return self.expand(name, {}).text
        except CommandError as error:
            return str(error)

    @property
    def voices(self) -> tuple[str, ...]:
        """Every spoken name there is, the reader's own first."""
        return tuple(reversed(self._by_voice))

    # --- a reader's own ---------------------------------------------------------------

    def keep(self, autotext: Autotext, *, instead_of: str = "") -> None:
        """Make or change one of the reader's own. Raises CommandError with what is wrong."""
        mine = evolve(autotext, level=Level.USER)
        others = {n: a for n, a in self._by_name.items() if n != instead_of.casefold()}
        wrong = next(faults(mine, others), "")
        if wrong:
            raise CommandError(wrong)
        own = {n: a for n, a in self.own.items() if n != instead_of.casefold()}
        self._take({**own, mine.name.casefold(): mine})

    def forget(self, name: str) -> None:
        """Raises CommandError where it is not the reader's own."""
        if name.casefold() not in self.own:
            raise CommandError(tr("{name} is not an autotext of your own", name=name))
        self._take({n: a for n, a in self.own.items() if n != name.casefold()})

    def import_all(self, found: Iterable[Autotext]) -> int:
        """As the reader's own; of one name the new one counts. Gives how many."""
        taken = {a.name.casefold(): evolve(a, level=Level.USER) for a in found}
        self._take({**self.own, **taken})
        return len(taken)

    def _take(self, own: Mapping[str, Autotext]) -> None:
        rows = [[a.name, a.text, a.say] for a in own.values()]
        self._kept.keep(json.dumps(rows, ensure_ascii=False))
        self.own = own
        self._order()

    def _order(self) -> None:
        here = (*self._shared, *self._sites.get(self._site, ()))
        ranked = sorted(here, key=lambda each: _ORDER[each.level])
        self._by_name = {a.name.casefold(): a for a in ranked} | dict(self.own)
        self._names = sorted(self._by_name)
        every = sorted(self._by_name.values(), key=lambda each: _ORDER[each.level])
        self._by_voice = {spoken(a.say): a for a in every if a.say}
        self.changed.emit(None)


def _from_json(body: str) -> tuple[Autotext, ...]:
    try:
        rows: Any = json.loads(body)
        return tuple(Autotext(str(name), str(text), str(say)) for name, text, say in rows)
    except (TypeError, ValueError):
        return ()  # of another version of the program
