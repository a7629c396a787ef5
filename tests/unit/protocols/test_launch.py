"""A case that another program sends to this desk: what is believed of a token."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from workstation.domain.identifiers import SiteId, TaskId
from workstation.errors import Refused
from workstation.protocols.launch import AUDIENCE, Gate, Launch, launch_of, token_of

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
ISSUER = "https://ris.harbor.example"
KEY, ANOTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
GATES = (
    Gate(SiteId("mesa"), "https://ris.mesa.example", KeySet([ANOTHER])),
    Gate(SiteId("harbor"), ISSUER, KeySet([KEY])),
)


def token(key: ECKey = KEY, **changed: Any) -> str:
    at = int(NOW.timestamp())
    claims: dict[str, Any] = {
        "iss": ISSUER, "aud": AUDIENCE, "iat": at, "exp": at + 120, "jti": "a1", "task": "77",
    }  # fmt: skip
    claims |= changed
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256"}, claims, key)


@pytest.mark.parametrize("link", ["{}", "workstation://open?launch={}", "  {}\n"])
def test_a_token_names_a_site_and_a_task_by_itself_or_in_a_link(link: str) -> None:
    """What a portal puts on a button, and what it puts on a command line."""
    found = launch_of(token_of(link.format(token(sub="Practitioner/17"))), GATES, NOW)

    ends = NOW + timedelta(seconds=120)
    assert found == Launch(SiteId("harbor"), TaskId("77"), "a1", ends, "Practitioner/17")


#: What is wrong with it, and in which words that is told.
WRONG: Mapping[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"iss": "https://ris.mesa.example"}, "nobody who may send"),
    "another audience": ({"aud": "https://elsewhere.example"}, "for another program"),
    "no audience": ({"aud": None}, "for another program"),
    "over": ({"exp": int(NOW.timestamp()) - 31, "iat": int(NOW.timestamp()) - 60}, "expired"),
    "for ever": ({"exp": int(NOW.timestamp()) + 601}, "for too long"),
    "without an end": ({"exp": None}, "expired"),
    "from tomorrow": ({"iat": int(NOW.timestamp()) + 31}, "from the future"),
    "not yet": ({"nbf": int(NOW.timestamp()) + 31}, "from the future"),
    "no name": ({"jti": None}, "names no case"),
    "no case": ({"task": ""}, "names no case"),
    "an address": ({"task": "../Patient/4"}, "names no case"),
    "a patient": ({"patient": "Alder^Robin"}, "more than a launch may"),
    "no time": ({"exp": True}, "expired"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_hold_is_refused_with_the_reason(what: str) -> None:
    """A link in a mail opens no case; and no patient stands on a command line."""
    changed, words = WRONG[what]

    with pytest.raises(Refused, match=words):
        launch_of(token(**changed), GATES, NOW)


def test_the_key_of_one_site_opens_no_case_of_another() -> None:
    """Mesa's portal may send Mesa's cases."""
    with pytest.raises(Refused, match="nobody who may send"):
        launch_of(token(ANOTHER), GATES, NOW)


def test_a_token_without_a_signature_is_nobodys() -> None:
    """RFC 8725 3.1: the algorithm is ours to say."""
    head, body, _ = token().split(".")
    with pytest.raises(Refused, match="nobody who may send"):
        launch_of(f"{head}.{body}.AAAA", GATES, NOW)
    with pytest.raises(Refused, match="nobody who may send"):
        launch_of(f"eyJhbGciOiJub25lIn0.{body}.AAAA", GATES, NOW)


@pytest.mark.parametrize(
    "words",
    ["", "a.b", "workstation://open?launch=", "workstation://run?script=x", "a.b.c d",
     "a.b." + "c" * 5000, "https://ris.example/open?launch=a.b.c"],
)  # fmt: skip
def test_anything_else_on_the_command_line_is_no_launch(words: str) -> None:
    """SEC-09: a link is read by its grammar, and does nothing else."""
    with pytest.raises(Refused, match="no launch"):
        token_of(words)
