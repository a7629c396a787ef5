"""Who signed in at a provider, and what it says of them: grants, claims, identity tokens.

OpenID Connect Core 1.0, 2 (ID token, ES256) and 3.1.3.6 (`at_hash`); Discovery 1.0, 3.
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from attrs import define, field, frozen
from joserfc import jwt
from joserfc.jwk import ECKey

from workstation.demo.oidc_device import GRANT
from workstation.demo.sites import CLIENT_ID, Person, SiteProfile

SCOPES: Final = ("openid", "profile", "offline_access", "fhirUser")


class OAuthError(Exception):
    """An error code of RFC 6749 or OpenID Connect, with words for a developer."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@frozen
class Asked:
    """An authorization request that was found valid."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    scope: str
    at: datetime


@frozen
class Session:
    """Who signed in at this provider, and when they last proved it."""

    person: Person
    auth_time: datetime


@frozen
class Grant:
    """What a code or a refresh token stands for."""

    session: Session
    asked: Asked
    family: str
    at: datetime


@define
class Family:
    """All tokens that came from one sign-in."""

    alive: bool = True
    refresh: str = ""  # the only one that is valid now
    access: set[str] = field(factory=set)


class Identity:
    """What one issuer says: of itself, and of the people of its site."""

    def __init__(self, site: SiteProfile, issuer: str, now: Callable[[], datetime]) -> None:
        self._site = site
        self._issuer = issuer
        self._now = now
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)

    def keys(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    def metadata(self) -> dict[str, Any]:
        at = self._issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/jwks",
            "userinfo_endpoint": f"{at}/userinfo",
            "revocation_endpoint": f"{at}/revoke",
            "device_authorization_endpoint": f"{at}/device_authorization",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", GRANT],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": list(SCOPES),
            "claims_supported": ["sub", "name", "fhirUser", "auth_time", "nonce"],
            "prompt_values_supported": ["none", "login", "consent"],
            "authorization_response_iss_parameter_supported": True,
        }

    def token(self, grant: Grant, access: str) -> str:
        now = int(self._now().timestamp())
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = self.claims(grant.session.person) | {
            "iss": self._issuer,
            "aud": CLIENT_ID,
            "azp": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": int(grant.session.auth_time.timestamp()),
            "at_hash": base64url(half),
        }
        if grant.asked.nonce:
            claims["nonce"] = grant.asked.nonce
        header = {"alg": "ES256", "typ": "JWT", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key)

    def claims(self, who: Person) -> dict[str, Any]:
        return {
            "sub": f"{self._site.id}-{who.user}",
            "name": who.name,
            "given_name": who.given,
            "family_name": who.family,
            "preferred_username": who.user,
            "fhirUser": f"Practitioner/{self._site.practitioner_id(who)}",
        }


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
