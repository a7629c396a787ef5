"""Signing in at a provider on this machine by filling in its form, without I/O.

Only loopback issuers are met this way (docs/conformance.md): demo, tests and scripts.
Everywhere else the reader's password is typed into the provider's own page.
"""

from collections.abc import Generator
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

from attrs import field, frozen

from workstation.errors import SignInFailed, SiteUnavailable
from workstation.protocols.web import Answer, Request, form, origin
from workstation.text import tr

_MOST_STEPS: Final = 15
_BUTTONS: Final = ("submit", "button", "image", "reset")
_REDIRECTS: Final = (301, 302, 303, 307, 308)


@frozen
class Form:
    """A form of a page: where it goes, and what is filled in already."""

    action: str
    fields: dict[str, str] = field(repr=False)

    @property
    def asks_for_password(self) -> bool:
        return {"username", "password"} <= self.fields.keys()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), {}))
            self._open = True
        elif tag == "input" and self._open and values.get("type", "").lower() not in _BUTTONS:
            self.forms[-1].fields[values.get("name", "")] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def login_form(page: str) -> Form | None:
    """The form that asks for a name and a password, hidden fields kept."""
    parser = _Forms()
    parser.feed(page)
    return next((each for each in parser.forms if each.asks_for_password), None)


def fill_in(
    url: str, redirect_uri: str, user: str, password: str
) -> Generator[Request, Answer, str]:
    """From the authorization address to the redirected one; the form is filled in once."""
    home, filled = origin(url), False
    request = Request("GET", url)
    for _ in range(_MOST_STEPS):
        answer = yield request
        at = answer.url or request.url
        if answer.status in _REDIRECTS:
            target = urljoin(at, answer.headers.get("location", ""))
            if target.split("?", 1)[0] == redirect_uri:
                return target
            request = Request("GET", _on(home, target))
            continue
        if answer.status >= 500:
            raise SiteUnavailable(tr("the sign-in service answered {status}", status=answer.status))
        found = login_form(answer.body.decode("utf-8", "replace"))
        if found is None:
            raise SignInFailed(tr("the sign-in page has no form for name and password"))
        if filled:
            raise SignInFailed(tr("The name or the password is wrong."))
        filled = True
        values = {**found.fields, "username": user, "password": password}
        request = form(_on(home, urljoin(at, found.action)), values)
    raise SignInFailed(tr("the sign-in page sends the reader round in circles"))


def _on(home: str, url: str) -> str:
    if origin(url) != home:
        raise SignInFailed(tr("the sign-in page leads to another server"))
    return url
