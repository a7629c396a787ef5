"""The identity provider: what RFC 6749, 7636, 9207 and 9700 promise a client.

Asked by hand-written requests; tokens are checked with `cryptography` alone, not with the
library that signs them.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from demo_platform import DemoPlatform

pytestmark = pytest.mark.slow
SITE = "harbor"
#: The example of RFC 7636 appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
REDIRECT = "http://127.0.0.1:43210/callback"


@pytest.fixture
def issuer(shared_platform: DemoPlatform) -> str:
    return shared_platform.site(SITE)["issuer"]


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=30) as client:
        yield client


def ask(**changes: str) -> dict[str, str]:
    asked = {
        "response_type": "code",
        "client_id": "workstation",
        "redirect_uri": REDIRECT,
        "scope": "openid profile offline_access fhirUser",
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: text for name, text in (asked | changes).items() if text}


def action(form: httpx2.Response) -> str:
    return form.text.partition('action="')[2].partition('"')[0]


def sign_in(
    http: httpx2.Client, platform: DemoPlatform, issuer: str, **changes: str
) -> dict[str, str]:
    """Parameters of the redirect back."""
    form = http.get(f"{issuer}/authorize", params=ask(**changes))
    fields = {"username": "jo.sample", "password": platform.password("jo.sample")}
    back = http.post(action(form), data=fields)
    assert back.status_code == 302
    return dict(httpx2.URL(back.headers["location"]).params)


def exchange(http: httpx2.Client, issuer: str, code: str, **changes: str) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "workstation",
        "redirect_uri": REDIRECT,
        "code": code,
        "code_verifier": VERIFIER,
    }
    return http.post(f"{issuer}/token", data=form | changes)


def refresh(http: httpx2.Client, issuer: str, token: str) -> httpx2.Response:
    form = {"grant_type": "refresh_token", "client_id": "workstation", "refresh_token": token}
    return http.post(f"{issuer}/token", data=form)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(http: httpx2.Client, issuer: str, token: str) -> dict[str, Any]:
    """Of an ID token whose ES256 signature holds (RFC 7518 3.4)."""
    head, body, signature = token.split(".")
    kid = json.loads(_bytes(head))["kid"]
    uri = http.get(f"{issuer}/.well-known/openid-configuration").json()["jwks_uri"]
    key = next(each for each in http.get(uri).json()["keys"] if each["kid"] == kid)
    assert "d" not in key
    x, y = (int.from_bytes(_bytes(key[name])) for name in ("x", "y"))
    raw = _bytes(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    public.verify(der, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
    found: dict[str, Any] = json.loads(_bytes(body))
    return found


def test_a_sign_in_ends_with_tokens_that_say_who_and_when(
    http: httpx2.Client, shared_platform: DemoPlatform, issuer: str
) -> None:
    """The reader's identity at a site comes from here and from nowhere else."""
    back = sign_in(http, shared_platform, issuer)
    tokens = exchange(http, issuer, back["code"]).json()
    said = claims(http, issuer, tokens["id_token"])

    assert (back["state"], back["iss"]) == ("the-state", issuer)
    assert (said["iss"], said["aud"], said["nonce"]) == (issuer, "workstation", "the-nonce")
    assert said["fhirUser"] == "Practitioner/17"
    assert abs(said["iat"] - said["auth_time"]) <= 5
    assert tokens["token_type"] == "Bearer"


def test_a_wrong_password_shows_the_form_again(
    http: httpx2.Client, shared_platform: DemoPlatform, issuer: str
) -> None:
    """The reader can try again without starting over."""
    form = http.get(f"{issuer}/authorize", params=ask())
    wrong = http.post(action(form), data={"username": "jo.sample", "password": "x"})
    right = {"username": "jo.sample", "password": shared_platform.password("jo.sample")}

    assert wrong.status_code == 401
    assert 'name="password"' in wrong.text
    assert http.post(action(wrong), data=right).status_code == 302


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_request_that_is_not_safe_goes_back_with_an_error(
    http: httpx2.Client, issuer: str, change: dict[str, str], error: str
) -> None:
    """Without PKCE and state another program on the machine could take the session."""
    back = http.get(f"{issuer}/authorize", params=ask(**change))
    said = httpx2.URL(back.headers["location"]).params

    assert back.status_code == 302
    assert (said["error"], said["iss"]) == (error, issuer)


@pytest.mark.parametrize(
    "redirect",
    ["https://evil.example/callback", "http://127.0.0.1:1/else", "http://localhost:1/callback"],
)
def test_codes_are_sent_to_this_machine_only(
    http: httpx2.Client, issuer: str, redirect: str
) -> None:
    """RFC 8252: a code that leaves the machine is a session given away."""
    answer = http.get(f"{issuer}/authorize", params=ask(redirect_uri=redirect))

    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_code_is_worth_nothing_without_its_verifier_and_nothing_twice(
    http: httpx2.Client, shared_platform: DemoPlatform, issuer: str
) -> None:
    """A stolen code must not open a session; a repeated one closes it."""
    other = sign_in(http, shared_platform, issuer, prompt="login")["code"]
    wrong = exchange(http, issuer, other, code_verifier="x" * 43)
    code = sign_in(http, shared_platform, issuer, prompt="login")["code"]
    first = exchange(http, issuer, code)
    second = exchange(http, issuer, code)
    bearer = {"Authorization": f"Bearer {first.json()['access_token']}"}

    assert (wrong.status_code, first.status_code, second.status_code) == (400, 200, 400)
    assert http.get(f"{issuer}/userinfo", headers=bearer).status_code == 401


def test_a_refresh_token_used_twice_ends_its_family(
    http: httpx2.Client, shared_platform: DemoPlatform, issuer: str
) -> None:
    """RFC 9700: the second use is a theft, of one of the two who hold it."""
    code = sign_in(http, shared_platform, issuer)["code"]
    first = exchange(http, issuer, code).json()
    second = refresh(http, issuer, first["refresh_token"])
    reused = refresh(http, issuer, first["refresh_token"])
    after = refresh(http, issuer, second.json()["refresh_token"])

    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert (reused.status_code, after.status_code) == (400, 400)
    assert reused.json()["error"] == after.json()["error"] == "invalid_grant"


def test_before_a_signature_the_password_is_asked_again(
    http: httpx2.Client, shared_platform: DemoPlatform, issuer: str
) -> None:
    """21 CFR 11.200: an open session is not a signature."""
    sign_in(http, shared_platform, issuer)
    silent = http.get(f"{issuer}/authorize", params=ask())
    step_up = http.get(f"{issuer}/authorize", params=ask(prompt="login", max_age="0"))

    assert silent.status_code == 302
    assert step_up.status_code == 200
    assert 'name="password"' in step_up.text


def test_an_expired_token_is_refused_and_a_refreshed_one_is_not(
    http: httpx2.Client, platform: DemoPlatform
) -> None:
    """A shift is longer than any token."""
    issuer, fhir = platform.site(SITE)["issuer"], platform.site(SITE)["fhir"]
    tokens = platform.tokens(SITE)
    platform.expire_tokens(SITE)
    old = http.get(f"{fhir}/Task", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    fresh = refresh(http, issuer, tokens["refresh_token"]).json()["access_token"]
    new = http.get(f"{fhir}/Task", headers={"Authorization": f"Bearer {fresh}"})

    assert (old.status_code, new.status_code) == (401, 200)
    assert "invalid_token" in old.headers["WWW-Authenticate"]


def test_revoking_ends_the_session(
    http: httpx2.Client, shared_platform: DemoPlatform, issuer: str
) -> None:
    """Signing out leaves nothing that works (RFC 7009)."""
    tokens = shared_platform.tokens(SITE)
    http.post(f"{issuer}/revoke", data={"token": tokens["refresh_token"]})
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}

    assert refresh(http, issuer, tokens["refresh_token"]).status_code == 400
    assert http.get(f"{issuer}/userinfo", headers=bearer).status_code == 401
