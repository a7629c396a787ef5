"""The provider of a sign-in: what its discovery document says, checked."""

from collections.abc import Generator, Mapping
from typing import Any

from attrs import frozen

from workstation.errors import SignInFailed, SiteUnavailable
from workstation.protocols.web import Answer, Request
from workstation.settings import is_loopback
from workstation.text import tr


@frozen
class Provider:
    """What discovery said."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    revocation_endpoint: str = ""
    device_endpoint: str = ""  # RFC 8628
    names_itself: bool = False  # RFC 9207: the redirect carries `iss`


def discover(issuer: str) -> Generator[Request, Answer, Provider]:
    """The provider's endpoints, checked: a wrong document could send a password elsewhere."""
    answer = yield Request("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if answer.status != 200:
        raise SiteUnavailable(tr("the sign-in service answered {status}", status=answer.status))
    found = answer.json()
    if found.get("issuer") != issuer:
        raise SignInFailed(tr("the sign-in service gives itself another name than the settings do"))
    methods = found.get("code_challenge_methods_supported", ["S256"])
    if "S256" not in methods:
        raise SignInFailed(tr("the sign-in service does not offer PKCE with S256"))
    return Provider(
        issuer=issuer,
        authorization_endpoint=_endpoint(found, "authorization_endpoint"),
        token_endpoint=_endpoint(found, "token_endpoint"),
        jwks_uri=_endpoint(found, "jwks_uri"),
        revocation_endpoint=_endpoint(found, "revocation_endpoint", optional=True),
        device_endpoint=_endpoint(found, "device_authorization_endpoint", optional=True),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(found: Mapping[str, Any], name: str, *, optional: bool = False) -> str:
    url = found.get(name)
    if url is None and optional:
        return ""
    here = is_loopback(str(found["issuer"])) and is_loopback(str(url))
    if not isinstance(url, str) or not (url.startswith("https://") or here):
        raise SignInFailed(tr("the sign-in service names no secure {name}", name=name))
    return url
