"""Filling in the form of a provider on this machine."""

from urllib.parse import parse_qs

import pytest

from workstation.errors import SignInFailed, SiteUnavailable
from workstation.protocols.login_form import fill_in
from workstation.protocols.web import Answer, Request

START = "http://127.0.0.1:8000/authorize?x=1"
BACK = "http://127.0.0.1:49152/callback"
PAGE = b"""<form action="/search"><input name="q"></form>
<form method="post" action="login/t-1"><input type="hidden" name="csrf" value="&lt;7&gt;">
<input name="username"><input name="password" type="password"><input type="submit" name="go">
</form>"""


def answers(*given: Answer) -> tuple[list[Request], str]:
    """The requests that were made, and where it ended."""
    act = fill_in(START, BACK, "jo", "s3cret&=")
    asked = [next(act)]
    try:
        for each in given:
            asked.append(act.send(each))
    except StopIteration as done:
        return asked, done.value
    return asked, ""


def redirect(to: str) -> Answer:
    return Answer(302, {"location": to}, url=START)


def test_the_form_is_filled_in_and_its_hidden_fields_are_kept() -> None:
    """Providers protect their form with a hidden ticket."""
    asked, end = answers(
        redirect("/interaction/1"), Answer(200, {}, PAGE, START), redirect(f"{BACK}?code=c")
    )

    assert asked[2].url == "http://127.0.0.1:8000/login/t-1"
    assert parse_qs((asked[2].body or b"").decode()) == {
        "csrf": ["<7>"],
        "username": ["jo"],
        "password": ["s3cret&="],
    }
    assert end == f"{BACK}?code=c"


def test_the_form_again_means_a_wrong_password() -> None:
    """It is not typed a second time: providers lock accounts."""
    with pytest.raises(SignInFailed, match="name or the password is wrong"):
        answers(Answer(200, {}, PAGE, START), Answer(401, {}, PAGE, START))


@pytest.mark.parametrize("where", ["https://evil.example/login", "http://127.0.0.1:8001/login"])
def test_the_password_goes_to_no_other_server(where: str) -> None:
    """Neither by the form's action nor by a redirect."""
    page = PAGE.replace(b"login/t-1", where.encode())

    with pytest.raises(SignInFailed, match="another server"):
        answers(Answer(200, {}, page, START))
    with pytest.raises(SignInFailed, match="another server"):
        answers(redirect(where))


def test_a_page_without_the_form_is_said_to_be_so() -> None:
    """A consent page or a maintenance notice cannot be filled in."""
    with pytest.raises(SignInFailed, match="no form for name and password"):
        answers(Answer(200, {}, b"<h1>Maintenance</h1>", START))


def test_circles_end() -> None:
    """A misconfigured provider redirects for ever."""
    with pytest.raises(SignInFailed, match="circles"):
        answers(*[redirect("/again")] * 20)


def test_a_provider_that_fails_is_unavailable() -> None:
    """Its 500 is not the reader's fault."""
    with pytest.raises(SiteUnavailable):
        answers(Answer(500, {}, b"", START))
