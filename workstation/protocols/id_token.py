"""Who signed in: the ID token, checked (OpenID Connect Core 3.1.3.7)."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeGuard

from attrs import frozen
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from workstation.errors import SignInFailed
from workstation.protocols.web import Answer
from workstation.text import tr

#: Signature algorithms of ID tokens we accept. `none` and the HMAC family stay out:
#: with them whoever knows the public key, or nobody, could sign.
ALGORITHMS: Final = ("ES256", "RS256")
#: Clocks of provider and reading room may differ by this much.
LEEWAY: Final = timedelta(seconds=60)
#: A signature needs an authentication that is not older (docs/conformance.md).
FRESH: Final = timedelta(seconds=60)


@frozen
class Client:
    """What the provider knows us as."""

    issuer: str
    client_id: str
    scopes: str


@frozen
class Identity:
    """Who signed in, as the provider signed it."""

    subject: str
    fhir_user: str  # "Practitioner/17"
    name: str
    authenticated_at: datetime | None
    method: str


def key_set(answer: Answer) -> KeySet:
    """The provider's public keys (RFC 7517)."""
    try:
        return KeySet.import_key_set(json.loads(answer.body))
    except (JoseError, ValueError, KeyError, TypeError):
        raise SignInFailed(tr("the keys of the sign-in service cannot be read")) from None


def identity_claims(
    id_token: str, keys: KeySet, client: Client, nonce: str | None, now: datetime
) -> Mapping[str, Any]:
    """The checked claims of an ID token (OpenID Connect Core 3.1.3.7).

    `nonce` None: the token came by no redirect that somebody could have replayed (RFC 8628).
    """
    try:
        claims = jwt.decode(id_token, keys, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, KeyError, TypeError):
        raise SignInFailed(
            tr("the identity cannot be trusted: its signature does not hold")
        ) from None
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", client.client_id if len(audiences) == 1 else None)
    expires, issued = claims.get("exp"), claims.get("iat")
    skew = LEEWAY.total_seconds()
    checks = (
        (claims.get("iss") == client.issuer, tr("it was issued by somebody else")),
        (client.client_id in audiences, tr("it was issued for another program")),
        (party == client.client_id, tr("it was issued to another program")),
        (_is_time(expires) and now.timestamp() < expires + skew, tr("it has expired")),
        (_is_time(issued) and issued <= now.timestamp() + skew, tr("it is from the future")),
        (
            nonce is None or _same(claims.get("nonce"), nonce),
            tr("it belongs to another sign-in (nonce)"),
        ),
        (isinstance(claims.get("sub"), str), tr("it names nobody")),
    )
    for holds, why in checks:
        if not holds:
            raise SignInFailed(tr("the identity cannot be trusted: {why}", why=why))
    return claims


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())


def identity(claims: Mapping[str, Any], fresh_after: datetime | None) -> Identity:
    """Who the claims name; where `fresh_after` is given, only if authenticated since."""
    at = claims.get("auth_time")
    when = datetime.fromtimestamp(at, tz=UTC) if isinstance(at, int | float) else None
    if fresh_after is not None and (when is None or when < fresh_after):
        raise SignInFailed(tr("the sign-in service did not ask for the password again"))
    user = str(claims.get("fhirUser", ""))
    methods = claims.get("amr")
    return Identity(
        subject=str(claims["sub"]),
        fhir_user="/".join(user.rstrip("/").rsplit("/", 2)[-2:]),
        name=str(claims.get("name", "")),
        authenticated_at=when,
        method=" ".join(map(str, methods)) if isinstance(methods, list) else "password",
    )
