"""Answers of searches, page by page: each search as it was when it was asked."""

from collections import OrderedDict
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from workstation.demo.fhir_values import FhirError
from workstation.demo.search import Query, Search
from workstation.demo.store import Resource, Unit

_KEPT: Final = 64


class Pages:
    """Of one site."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._searches: OrderedDict[str, tuple[Search, list[Resource]]] = OrderedDict()

    def first(self, unit: Unit, asked: Search, found: list[Resource], query: Query) -> Resource:
        token = ""
        if len(found) > asked.count:
            token = uuid4().hex
            self._searches[token] = (asked, found)
            if len(self._searches) > _KEPT:
                self._searches.popitem(last=False)
        return self._page(unit, asked, found, token, 0, query)

    def following(self, unit: Unit, token: str, offset: int) -> Resource:
        if token not in self._searches:
            raise FhirError(410, "expired", "This page is no longer kept; search again.")
        asked, found = self._searches[token]
        return self._page(unit, asked, found, token, offset)

    def _page(
        self,
        unit: Unit,
        asked: Search,
        found: list[Resource],
        token: str,
        offset: int,
        query: Query = (),
    ) -> Resource:
        page = found[offset : offset + asked.count]
        entries = [self._entry(each, "match") for each in page]
        entries += [self._entry(each, "include") for each in asked.included(unit, page)]
        suffix = f"?{urlencode(query)}" if query else ""
        links = [{"relation": "self", "url": f"{self._base}/{asked.kind}{suffix}"}]
        following = offset + asked.count
        if following < len(found):
            more = urlencode({"_page": token, "_offset": following})
            links.append({"relation": "next", "url": f"{self._base}?{more}"})
        return {
            "resourceType": "Bundle",
            "id": uuid4().hex,
            "type": "searchset",
            "total": len(found),
            "link": links,
            "entry": entries,
        }

    def _entry(self, resource: Resource, mode: str) -> Resource:
        url = f"{self._base}/{resource['resourceType']}/{resource['id']}"
        return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}
