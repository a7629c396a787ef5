"""Signing in, as lists of questions and answers; every wrong answer is refused."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from workstation.errors import SignInFailed, SiteUnavailable
from workstation.protocols import device_sign_in, oidc
from workstation.protocols.device_sign_in import EnterCode, Pause
from workstation.protocols.id_token import Client
from workstation.protocols.oidc import Authorize, Randoms
from workstation.protocols.oidc_provider import Provider
from workstation.protocols.oidc_tokens import refresh
from workstation.protocols.web import Answer, Request

ISSUER = "https://login.example/oidc"
BACK = "http://127.0.0.1:50123/callback"
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
CLIENT = Client(ISSUER, "workstation", "openid offline_access fhirUser")
RANDOMS = Randoms("the-state", "the-nonce", "the-verifier-that-is-long-enough-for-rfc-7636")
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
STRANGER = ECKey.generate_key("P-256", {"kid": "k1"})
DISCOVERY: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "workstation",
    "sub": "u-17",
    "exp": int(NOW.timestamp()) + 300,
    "iat": int(NOW.timestamp()),
    "nonce": "the-nonce",
    "auth_time": int(NOW.timestamp()) - 5,
    "fhirUser": "https://site.example/fhir/Practitioner/17",
    "name": "Dr. Jo Sample",
}
DATE = {"date": format_datetime(NOW, usegmt=True)}


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, DATE, json.dumps(body).encode())


def id_token(key: Any = KEY, alg: str = "ES256", **changes: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "k1"}, claims, key, algorithms=[alg])


def tokens(signed: str | None = None) -> Answer:
    return answer(
        {
            "access_token": "at-1",
            "token_type": "Bearer",
            "expires_in": 300,
            "refresh_token": "rt-1",
            "id_token": id_token() if signed is None else signed,
        }
    )


KEYS = answer({"keys": [KEY.as_dict(private=False)]})
GOOD_BACK = f"{BACK}?code=c-1&state=the-state&iss={ISSUER}"


class Asked:
    """What a sign-in asked, in order, while it was given these answers."""

    def __init__(self, act: oidc.Act, *answers: Answer | str) -> None:
        self.questions: list[Request | Authorize] = [next(act)]
        self.session: oidc.Session | None = None
        try:
            for each in answers:
                self.questions.append(act.send(each))
        except StopIteration as done:
            self.session = done.value


def sign_in(*answers: Answer | str) -> Asked:
    return Asked(oidc.sign_in(CLIENT, BACK, RANDOMS, NOW), *answers)


def test_a_sign_in_asks_five_questions_and_knows_the_reader() -> None:
    """The whole way once, as the standards write it."""
    asked = sign_in(answer(DISCOVERY), GOOD_BACK, tokens(), KEYS)

    discovery, authorize, token, keys = asked.questions
    assert isinstance(authorize, Authorize)
    assert isinstance(token, Request)
    query = parse_qs(urlsplit(authorize.url).query)
    digest = hashlib.sha256(RANDOMS.verifier.encode()).digest()
    assert query["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    assert query["code_challenge_method"] == ["S256"]
    assert query["prompt"] == ["consent"]
    assert parse_qs((token.body or b"").decode())["code_verifier"] == [RANDOMS.verifier]
    assert asked.session is not None
    assert asked.session.identity.fhir_user == "Practitioner/17"
    assert asked.session.tokens.refresh == "rt-1"
    assert [discovery, keys] == [
        Request("GET", f"{ISSUER}/.well-known/openid-configuration"),
        Request("GET", f"{ISSUER}/jwks"),
    ]


def test_secrets_do_not_show_in_logs() -> None:
    """A traceback in a support ticket must not sign anybody in."""
    asked = sign_in(answer(DISCOVERY), GOOD_BACK, tokens(), KEYS)

    shown = repr((asked.session, asked.questions[2], RANDOMS, tokens()))
    for secret in ("at-1", "rt-1", "c-1", RANDOMS.verifier, "the-nonce"):
        assert secret not in shown


BAD_DISCOVERY = {
    "another issuer": {"issuer": "https://evil.example"},
    "no PKCE": {"code_challenge_methods_supported": ["plain"]},
    "plain http": {"token_endpoint": "http://login.example/token"},
    "loopback of a far issuer": {"token_endpoint": "http://127.0.0.1:1/token"},
    "no keys": {"jwks_uri": None},
}


@pytest.mark.parametrize("what", BAD_DISCOVERY)
def test_a_provider_that_describes_itself_wrongly_is_refused(what: str) -> None:
    """A tampered description could lead password and code to somebody else."""
    with pytest.raises(SignInFailed):
        sign_in(answer({**DISCOVERY, **BAD_DISCOVERY[what]}))


BAD_REDIRECTS = {
    "state": (f"{BACK}?code=c&state=other&iss={ISSUER}", "does not belong"),
    "no state": (f"{BACK}?code=c&iss={ISSUER}", "does not belong"),
    "iss": (f"{BACK}?code=c&state=the-state&iss=https://evil.example", "another sign-in service"),
    "no iss": (f"{BACK}?code=c&state=the-state", "another sign-in service"),
    "elsewhere": (f"http://127.0.0.1:9/x?code=c&state=the-state&iss={ISSUER}", "elsewhere"),
    "error": (f"{BACK}?error=access_denied&state=the-state&iss={ISSUER}", "access_denied"),
    "no code": (f"{BACK}?state=the-state&iss={ISSUER}", "no code"),
}


@pytest.mark.parametrize("what", BAD_REDIRECTS)
def test_a_redirect_that_is_not_the_answer_is_refused(what: str) -> None:
    """Another page in the reader's browser can call the same port."""
    url, words = BAD_REDIRECTS[what]

    with pytest.raises(SignInFailed, match=words):
        sign_in(answer(DISCOVERY), url)


RSA_KEY = RSAKey.generate_key(2048, {"kid": "k1"})
_PUBLIC = json.dumps(KEY.as_dict(private=False)).encode()
_NONE = ".".join(
    base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
    for part in ({"alg": "none"}, CLAIMS)
)
BAD_TOKENS = {
    "nonce": (id_token(nonce="other"), "nonce"),
    "no nonce": (id_token(nonce=None), "nonce"),
    "aud": (id_token(aud="another-program"), "another program"),
    "many aud, no azp": (id_token(aud=["workstation", "x"]), "another program"),
    "iss": (id_token(iss="https://evil.example"), "somebody else"),
    "expired": (id_token(exp=int(NOW.timestamp()) - 61), "expired"),
    "no expiry": (id_token(exp=None), "expired"),
    "from the future": (id_token(iat=int(NOW.timestamp()) + 120), "future"),
    "nobody": (id_token(sub=None), "nobody"),
    "alg none": (_NONE + ".", "signature"),
    "hmac with the public key": (
        id_token(OctKey.import_key(_PUBLIC), "HS256"),
        "signature",
    ),
    "another key": (id_token(STRANGER), "signature"),
    "RSA under the name of the EC key": (id_token(RSA_KEY, "RS256"), "signature"),
    "rubbish": ("not.a.token", "signature"),
    "missing": ("", "signature"),
}


@pytest.mark.parametrize("what", BAD_TOKENS)
def test_an_identity_that_cannot_be_trusted_is_refused(what: str) -> None:
    """Who signs reports is decided here."""
    signed, words = BAD_TOKENS[what]

    with pytest.raises(SignInFailed, match=words):
        sign_in(answer(DISCOVERY), GOOD_BACK, tokens(signed), KEYS)


def test_an_rs256_provider_is_accepted() -> None:
    """Most providers in hospitals sign with RSA."""
    keys = answer({"keys": [RSA_KEY.as_dict(private=False)]})

    asked = sign_in(answer(DISCOVERY), GOOD_BACK, tokens(id_token(RSA_KEY, "RS256")), keys)

    assert asked.session is not None


def test_a_wrong_clock_here_does_not_keep_the_reader_out() -> None:
    """Expiry is judged by the provider's own clock; ours may be three days off."""
    act = oidc.sign_in(CLIENT, BACK, RANDOMS, datetime(2026, 11, 25, tzinfo=UTC))

    assert Asked(act, answer(DISCOVERY), GOOD_BACK, tokens(), KEYS).session is not None


def test_a_provider_that_says_no_is_quoted() -> None:
    """The description is the only thing the help desk can work with."""
    said = {"error": "invalid_grant", "error_description": "account\n locked"}

    with pytest.raises(SignInFailed, match="account locked"):
        sign_in(answer(DISCOVERY), GOOD_BACK, answer(said, 400))


def test_a_provider_that_fails_is_not_a_wrong_password() -> None:
    """A 502 at the token endpoint is worth another try."""
    with pytest.raises(SiteUnavailable):
        sign_in(answer(DISCOVERY), GOOD_BACK, Answer(502, DATE, b"<html>"))


# --- stepping up -----------------------------------------------------------------


def step_up(signed: str) -> Asked:
    session = sign_in(answer(DISCOVERY), GOOD_BACK, tokens(), KEYS).session
    assert session is not None
    act = oidc.step_up(CLIENT, session, BACK, RANDOMS, NOW)
    return Asked(act, GOOD_BACK, tokens(signed), KEYS)


def test_a_step_up_asks_for_the_password_again() -> None:
    """`prompt=login` and `max_age=0`, and no second refresh token."""
    asked = step_up(id_token())

    authorize = asked.questions[0]
    assert isinstance(authorize, Authorize)
    query = parse_qs(urlsplit(authorize.url).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    assert "offline_access" not in query["scope"][0]
    assert asked.session is not None


@pytest.mark.parametrize("auth_time", [int(NOW.timestamp()) - 61, None])
def test_a_step_up_without_a_fresh_password_is_refused(auth_time: int | None) -> None:
    """A provider that ignores `max_age` would let a passer-by sign."""
    with pytest.raises(SignInFailed, match="password again"):
        step_up(id_token(auth_time=auth_time))


def test_a_step_up_by_another_person_is_refused() -> None:
    """The signature is the reader's whose session it is."""
    with pytest.raises(SignInFailed, match="same reader"):
        step_up(id_token(sub="u-18"))


# --- renewing ----------------------------------------------------------------------


def test_a_renewal_replaces_the_refresh_token() -> None:
    """The old one is spent; keeping it would end the session at the next renewal."""
    provider = Provider(ISSUER, f"{ISSUER}/a", f"{ISSUER}/token", f"{ISSUER}/jwks")
    before = sign_in(answer(DISCOVERY), GOOD_BACK, tokens(), KEYS).session
    assert before is not None
    act = refresh(provider, "workstation", before.tokens)
    request = next(act)
    renewed = {"access_token": "at-2", "token_type": "bearer", "refresh_token": "rt-2"}

    with pytest.raises(StopIteration) as done:
        act.send(answer(renewed))

    assert parse_qs((request.body or b"").decode())["refresh_token"] == ["rt-1"]
    assert (done.value.value.access, done.value.value.refresh) == ("at-2", "rt-2")


# --- by a code on another device (RFC 8628) ----------------------------------------


DEVICE = {**DISCOVERY, "device_authorization_endpoint": f"{ISSUER}/device"}
CODE = {
    "device_code": "d-1", "user_code": "BCDF-GHJK", "verification_uri": f"{ISSUER}/enter",
    "expires_in": 600, "interval": 2,
}  # fmt: skip
PENDING = answer({"error": "authorization_pending"}, 400)


def no_nonce() -> Answer:
    """The token of this flow carries no nonce: nobody redirected it."""
    return tokens(id_token(nonce=None))


class Elsewhere:
    """A sign-in on another device, given its answers in order; pauses are noted."""

    def __init__(self, act: device_sign_in.Act, *answers: Answer) -> None:
        self.asked: list[Request] = []
        self.shown: list[EnterCode] = []
        self.waited: list[float] = []
        self.session: oidc.Session | None = None
        given = iter(answers)
        try:
            step = next(act)
            while True:
                reply = None
                match step:
                    case EnterCode():
                        self.shown.append(step)
                    case Pause(seconds):
                        self.waited.append(seconds)
                    case _:
                        self.asked.append(step)
                        reply = next(given)
                step = act.send(reply)
        except StopIteration as done:
            self.session = done.value


def by_code(*answers: Answer, client: Client = CLIENT) -> Elsewhere:
    return Elsewhere(device_sign_in.sign_in(client, NOW), answer(DEVICE), *answers)


def test_the_reader_enters_a_code_elsewhere_and_is_signed_in_here() -> None:
    """A reading room PC without a browser; the reader's telephone has one."""
    done = by_code(answer(CODE), PENDING, PENDING, no_nonce(), KEYS)

    assert done.shown == [EnterCode("BCDF-GHJK", f"{ISSUER}/enter", 600.0)]
    assert done.waited == [2.0, 2.0, 2.0]  # never faster than the service allows
    assert done.session is not None
    assert done.session.identity.fhir_user == "Practitioner/17"
    question = parse_qs((done.asked[2].body or b"").decode())
    assert question == {
        "grant_type": ["urn:ietf:params:oauth:grant-type:device_code"],
        "device_code": ["d-1"],
        "client_id": ["workstation"],
    }


def test_a_service_that_is_asked_too_often_is_asked_less_often() -> None:
    """RFC 8628 3.5: five seconds slower from then on, not for once."""
    slow = answer({"error": "slow_down"}, 400)

    done = by_code(answer(CODE), PENDING, slow, PENDING, no_nonce(), KEYS)

    assert done.waited == [2.0, 2.0, 7.0, 7.0]


@pytest.mark.parametrize(
    ("error", "words"),
    [("access_denied", "refused on the other device"), ("expired_token", "in time")],
)
def test_what_the_other_device_ended_is_said(error: str, words: str) -> None:
    with pytest.raises(SignInFailed, match=words):
        by_code(answer(CODE), PENDING, answer({"error": error}, 400))


def test_a_code_that_nobody_enters_ends_by_itself() -> None:
    """A service that never says so must not be asked for ever."""
    short = answer({**CODE, "expires_in": 6})

    with pytest.raises(SignInFailed, match="nobody entered the code in time"):
        by_code(short, *[PENDING] * 9)


def test_a_service_without_codes_is_told_apart() -> None:
    with pytest.raises(SignInFailed, match="offers no code"):
        Elsewhere(device_sign_in.sign_in(CLIENT, NOW), answer(DISCOVERY))


@pytest.mark.parametrize(
    "change",
    [{"verification_uri": "http://elsewhere.example/"}, {"user_code": ""}, {"device_code": None}],
)
def test_a_code_that_leads_astray_is_not_shown(change: dict[str, Any]) -> None:
    """A password typed into a page without TLS is everybody's."""
    with pytest.raises(SignInFailed, match="no usable code"):
        by_code(answer({**CODE, **change}))


def test_a_strangers_signature_is_refused_here_too() -> None:
    forged = tokens(id_token(key=STRANGER, nonce=None))

    with pytest.raises(SignInFailed, match="signature does not hold"):
        by_code(answer(CODE), forged, KEYS)


def stepped_up(auth_time: int, subject: str = "u-17") -> Elsewhere:
    session = by_code(answer(CODE), no_nonce(), KEYS).session
    assert session is not None
    again = tokens(id_token(nonce=None, auth_time=auth_time, sub=subject))
    act = device_sign_in.step_up(CLIENT, session, NOW)
    return Elsewhere(act, answer(CODE), again, KEYS)


def test_a_signature_needs_a_fresh_password_on_the_other_device_too() -> None:
    """The telephone may have been signed in since morning: that proves nothing now."""
    now = int(NOW.timestamp())
    fresh = stepped_up(now)
    asked = parse_qs((fresh.asked[0].body or b"").decode())

    assert fresh.session is not None
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    assert "offline_access" not in asked["scope"][0]
    with pytest.raises(SignInFailed, match="did not ask for the password again"):
        stepped_up(now - 3600)


def test_somebody_elses_telephone_does_not_sign() -> None:
    with pytest.raises(SignInFailed, match="somebody else"):
        stepped_up(int(NOW.timestamp()), "u-4")
