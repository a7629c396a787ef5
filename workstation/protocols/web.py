"""HTTP requests and answers as values; `adapters.http` sends them."""

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from attrs import field, frozen

from workstation.errors import SiteUnavailable
from workstation.text import tr

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@frozen
class Request:
    """What is to be asked. Bodies and headers are not shown: they hold secrets."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default=NO_HEADERS, repr=False)
    body: bytes | None = field(default=None, repr=False)


@frozen
class Answer:
    """What came back, whole. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default=NO_HEADERS, repr=False)
    body: bytes = field(default=b"", repr=False)
    url: str = ""

    @property
    def date(self) -> datetime | None:
        """The server's clock, to the second (RFC 9110 6.6.1)."""
        try:
            return parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None

    def json(self) -> dict[str, Any]:
        """The JSON object of the body; raises `SiteUnavailable` where there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise SiteUnavailable(tr("the answer could not be understood (it is not JSON)"))
        return found


def form(url: str, values: Mapping[str, str]) -> Request:
    """A posted form."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json, text/html;q=0.9",
    }
    return Request("POST", url, headers, urlencode(values).encode())


def origin(url: str) -> str:
    """Scheme, host and port: the border that a token never crosses. Empty for no address."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:  # what a record brings need not be an address
        return ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"
