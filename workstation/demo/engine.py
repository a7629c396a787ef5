"""FHIR interactions against one site's store: read, search, write, bundles."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from attrs import evolve, field, frozen

from workstation.demo import search
from workstation.demo.bundles import full_url, interaction, resolved, response_entry
from workstation.demo.fhir_values import Answer, FhirError, Interaction
from workstation.demo.pages import Pages
from workstation.demo.rules import WRITABLE, Caller, Rules
from workstation.demo.search import Search
from workstation.demo.store import Resource, Store, Unit, Version, instant
from workstation.demo.task_states import lapse
from workstation.demo.validation import check_id, check_references, checked

KINDS: Final = tuple(search.REFERENCES)
_ORDER: Final = ("DELETE", "POST", "PUT", "GET")  # FHIR R4 3.1.0.11.2
#: What is filed once and stays as it is.
_FILED_ONCE: Final = ("AuditEvent", "Provenance", "Observation", "Communication")


@frozen
class Knobs:
    """Faults of a FHIR server that only its inside can have."""

    ignore_if_none_exist: Callable[[], bool] = field(default=lambda: False)
    ignore_if_match: Callable[[], bool] = field(default=lambda: False)
    stale_etag: Callable[[], bool] = field(default=lambda: False)


class Engine:
    """All interactions of one site. Synchronous: one interaction is one atomic step."""

    def __init__(self, store: Store, rules: Rules, base: str, knobs: Knobs) -> None:
        self.store = store
        self.rules = rules
        self.base = base
        self._knobs = knobs
        self._pages = Pages(base)

    def single(self, caller: Caller, asked: Interaction) -> Answer:
        self.lapse()
        unit = self.store.begin()
        answer = self._perform(caller, unit, asked)
        _commit(unit)
        return answer

    def lapse(self) -> None:
        unit = self.store.begin()
        if lapse(unit):
            unit.commit()

    def bundle(self, caller: Caller, body: Resource) -> Resource:
        self.lapse()
        if body.get("type") == "transaction":
            return self._transaction(caller, body)
        if body.get("type") == "batch":
            entries = [self._batch_entry(caller, each) for each in body.get("entry", ())]
            return {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
        raise FhirError(422, "value", "Bundle.type is neither transaction nor batch")

    def page(self, token: str, offset: int) -> Resource:
        """The following page of a search, as it was when it was asked."""
        return self._pages.following(self.store.begin(), token, offset)

    # --- one interaction -----------------------------------------------------

    def _perform(self, caller: Caller, unit: Unit, asked: Interaction) -> Answer:
        if asked.kind not in KINDS:
            raise FhirError(404, "not-supported", f"There is no {asked.kind[:40]!r} here.")
        match asked.method:
            case "GET" if asked.id:
                return self._read(caller, unit, asked)
            case "GET":
                return Answer(200, self._search(caller, unit, asked))
            case "POST" | "PUT" | "DELETE" if asked.kind not in WRITABLE:
                raise FhirError(403, "forbidden", f"{asked.kind} is kept by the platform alone.")
            case "POST":
                return self._create(caller, unit, asked)
            case "PUT":
                return self._update(caller, unit, asked)
            case "DELETE":
                return self._delete(caller, unit, asked)
        raise FhirError(405, "not-supported", f"{asked.method[:20]} is not supported here.")

    def _read(self, caller: Caller, unit: Unit, asked: Interaction) -> Answer:
        version = self._visible(caller, unit, asked.kind, asked.id)
        if version is None:
            raise FhirError(404, "not-found", f"There is no such {asked.kind}.")
        if version.body is None:
            raise FhirError(410, "deleted", f"This {asked.kind} was deleted.")
        if asked.if_none_match and version.etag in asked.if_none_match:
            return Answer(304, etag=version.etag, last_modified=version.at)
        return self._answer(200, version)

    def read_version(self, caller: Caller, kind: str, ident: str, number: str) -> Answer:
        for version in self.store.versions((kind, ident)):
            if str(version.number) == number and self._seen(caller, version):
                if version.body is None:
                    raise FhirError(410, "deleted", "It was deleted by this version.")
                return self._answer(200, version)
        raise FhirError(404, "not-found", f"There is no such version of this {kind}.")

    def history(self, caller: Caller, kind: str, ident: str) -> Resource:
        versions = [v for v in self.store.versions((kind, ident)) if self._seen(caller, v)]
        if not versions:
            raise FhirError(404, "not-found", f"There is no such {kind}.")
        entries = [self._history_entry(kind, ident, each) for each in reversed(versions)]
        total = len(entries)
        return {"resourceType": "Bundle", "type": "history", "total": total, "entry": entries}

    def _history_entry(self, kind: str, ident: str, version: Version) -> Resource:
        entry: Resource = {"fullUrl": f"{self.base}/{kind}/{ident}"}
        if version.body is not None:
            entry["resource"] = version.body
        method = "DELETE" if version.body is None else "PUT" if version.number > 1 else "POST"
        entry["request"] = {"method": method, "url": f"{kind}/{ident}"}
        entry["response"] = {"status": "200", "etag": version.etag}
        entry["response"]["lastModified"] = instant(version.at)
        return entry

    def _seen(self, caller: Caller, version: Version) -> bool:
        return version.body is None or self.rules.visible(caller, version.body)

    def _visible(self, caller: Caller, unit: Unit, kind: str, ident: str) -> Version | None:
        version = unit.version(kind, ident)
        return version if version and self._seen(caller, version) else None

    # --- search --------------------------------------------------------------

    def _matches(self, caller: Caller, unit: Unit, asked: Search) -> list[Resource]:
        seen = (each for each in unit.all(asked.kind) if self.rules.visible(caller, each))
        return asked.matches(seen)

    def _search(self, caller: Caller, unit: Unit, asked: Interaction) -> Resource:
        parsed = search.parse(asked.kind, asked.query)
        found = self._matches(caller, unit, parsed)
        if parsed.count_only:
            return {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        return self._pages.first(unit, parsed, found, asked.query)

    # --- writing -------------------------------------------------------------

    def _existing(self, caller: Caller, unit: Unit, kind: str, criteria: str) -> Resource | None:
        query = tuple(parse_qsl(criteria.removeprefix("?"), keep_blank_values=True))
        asked = search.parse(kind, search.identity_of(kind, query))
        found = self._matches(caller, unit, asked)
        if len(found) > 1:
            raise FhirError(412, "multiple-matches", f"{len(found)} resources match.")
        return found[0] if found else None

    def already(self, caller: Caller, unit: Unit, asked: Interaction) -> Resource | None:
        """What a conditional create finds instead of creating."""
        if not asked.if_none_exist or self._knobs.ignore_if_none_exist():
            return None
        return self._existing(caller, unit, asked.kind, asked.if_none_exist)

    def _create(self, caller: Caller, unit: Unit, asked: Interaction, ident: str = "") -> Answer:
        body = checked(asked.kind, asked.body)
        found = self.already(caller, unit, asked)
        if found is not None:
            version = unit.version(asked.kind, found["id"])
            assert version is not None
            return self._answer(200, version)
        kept = self.rules.check_write(caller, unit, None, body)
        return self._filed(201, unit, asked.kind, ident or unit.new_id(asked.kind), kept)

    def _update(self, caller: Caller, unit: Unit, asked: Interaction) -> Answer:
        body = checked(asked.kind, asked.body)
        ident = asked.id
        if not ident:
            found = self._existing(caller, unit, asked.kind, urlencode(asked.query))
            ident = found["id"] if found else unit.new_id(asked.kind)
        elif body.get("id") != ident:
            raise FhirError(400, "value", "The id of the body is not that of the address.")
        check_id(ident)
        old = self._visible(caller, unit, asked.kind, ident)
        self._check_match(asked, old)
        before = old.body if old else None
        kept = self.rules.check_write(caller, unit, before, body)
        if before is not None and asked.kind in _FILED_ONCE:
            assert old is not None
            return self._answer(200, old)
        return self._filed(200 if before else 201, unit, asked.kind, ident, kept)

    def _check_match(self, asked: Interaction, old: Version | None) -> None:
        if asked.if_match and not self._knobs.ignore_if_match():
            if old is None or old.etag not in asked.if_match:
                raise FhirError(412, "conflict", "It was changed by somebody else meanwhile.")
        elif asked.kind == "Task" and not asked.if_match and old is not None:
            raise FhirError(428, "required", "A task is changed against its version: If-Match.")

    def _delete(self, caller: Caller, unit: Unit, asked: Interaction) -> Answer:
        if asked.id:
            version = self._visible(caller, unit, asked.kind, asked.id)
            old = version.body if version else None
        else:
            old = self._existing(caller, unit, asked.kind, urlencode(asked.query))
        if old is None:
            return Answer(204)
        self.rules.check_delete(caller, old)
        return Answer(204, etag=unit.delete(asked.kind, old["id"]).etag)

    def _filed(self, status: int, unit: Unit, kind: str, ident: str, body: Resource) -> Answer:
        return self._answer(status, unit.put(kind, ident, body))

    def _answer(self, status: int, version: Version) -> Answer:
        body = version.body
        assert body is not None
        shown = version.number - 1 if self._knobs.stale_etag() else version.number
        location = f"{body['resourceType']}/{body['id']}/_history/{version.number}"
        return Answer(status, body, f'W/"{shown}"', location, version.at)

    # --- bundles -------------------------------------------------------------

    def _batch_entry(self, caller: Caller, entry: Resource) -> Resource:
        try:
            answer = self.single(caller, interaction(entry))
        except FhirError as why:
            return {"response": {"status": str(why.status), "outcome": why.outcome()}}
        return response_entry(answer)

    def _transaction(self, caller: Caller, body: Resource) -> Resource:
        unit = self.store.begin()
        asked = [interaction(each) for each in body.get("entry", ())]
        names = self._names(caller, unit, body, asked)
        answers: dict[int, Answer] = {}
        for method in _ORDER:
            for index, each in enumerate(asked):
                if each.method == method:
                    named = evolve(each, body=resolved(each.body, names))
                    answers[index] = self._entry_answer(caller, unit, body, index, named, names)
        _commit(unit)
        entries = [response_entry(answers[index]) for index in range(len(asked))]
        return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}

    def _entry_answer(
        self,
        caller: Caller,
        unit: Unit,
        bundle: Resource,
        index: int,
        asked: Interaction,
        names: Mapping[str, str],
    ) -> Answer:
        try:
            if asked.method != "POST":
                return self._perform(caller, unit, asked)
            if asked.kind not in KINDS or asked.kind not in WRITABLE:
                raise FhirError(403, "forbidden", f"{asked.kind} is kept by the platform alone.")
            ident = names.get(full_url(bundle, index), "").partition("/")[2]
            return self._create(caller, unit, asked, ident)
        except FhirError as why:
            raise FhirError(why.status, why.code, f"entry {index + 1}: {why.text}") from why

    def _names(
        self, caller: Caller, unit: Unit, body: Resource, asked: list[Interaction]
    ) -> dict[str, str]:
        """fullUrl of each entry to the reference it will have."""
        names: dict[str, str] = {}
        for index, each in enumerate(asked):
            url = full_url(body, index)
            if each.method == "POST" and each.kind in WRITABLE:
                found = self.already(caller, unit, each)
                ident = found["id"] if found else unit.new_id(each.kind)
                if url:
                    names[url] = f"{each.kind}/{ident}"
            elif each.method == "PUT" and each.id and url:
                names[url] = f"{each.kind}/{each.id}"
        return names


def _commit(unit: Unit) -> None:
    """References are followed when all is there: entries may point at later ones."""
    for body in unit.changed():
        check_references(unit, body)
    unit.commit()
