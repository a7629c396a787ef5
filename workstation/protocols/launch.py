"""A case sent to this desk by another program: a signed token that names a task and nobody.

A JWS (RFC 7515) with the claims `iss`, `aud` = `urn:reading-workstation:desk`, `iat`, `exp` (at
most ten minutes later), `jti`, `task`, and `sub` where one reader is meant. Any other claim is
refused: what is on a command line is read by every program of the machine.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import field, frozen
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from workstation.domain.identifiers import SiteId, TaskId
from workstation.errors import Refused
from workstation.protocols.id_token import ALGORITHMS
from workstation.text import tr

AUDIENCE: Final = "urn:reading-workstation:desk"
SCHEME: Final = "workstation://open?launch="
_LONGEST: Final = 4096
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_LIFE: Final = timedelta(minutes=10)
_SKEW: Final = timedelta(seconds=30)
_CLAIMS: Final = frozenset({"iss", "aud", "iat", "exp", "nbf", "jti", "task", "sub"})


@frozen
class Gate:
    """Who may send cases of a site, and the keys that show it."""

    site: SiteId
    issuer: str
    keys: KeySet = field(repr=False)


@frozen
class Launch:
    """A token that holds. `reader`: the one it is meant for, empty for any."""

    site: SiteId
    task: TaskId
    id: str  # of the token: it is good once
    expires: datetime
    reader: str = ""


def token_of(words: str) -> str:
    """The token of a link or of itself; `Refused` where it is neither, whatever it says."""
    found = words.strip().removeprefix(SCHEME)
    if len(found) > _LONGEST or _TOKEN.fullmatch(found) is None:
        raise Refused(tr("this is no launch of a case"))
    return found


def launch_of(token: str, gates: Sequence[Gate], now: datetime) -> Launch:
    """What a token asks for. Raises `Refused` with the reason."""
    for gate in gates:
        try:
            claims = jwt.decode(token, gate.keys, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError, KeyError, TypeError):
            continue
        if claims.get("iss") == gate.issuer:
            return _checked(gate.site, claims, now)
    raise Refused(tr("the launch cannot be trusted: nobody who may send cases here signed it"))


def _checked(site: SiteId, claims: Mapping[str, Any], now: datetime) -> Launch:
    audience, task, name = claims.get("aud"), claims.get("task"), claims.get("jti")
    issued, ends = _time(claims.get("iat")), _time(claims.get("exp"))
    begins = _time(claims.get("nbf")) or issued
    reader = claims.get("sub", "")
    for holds, why in (
        (set(claims) <= _CLAIMS, tr("it says more than a launch may")),
        (AUDIENCE in (audience if isinstance(audience, list) else [audience]),
         tr("it is for another program")),
        (_plain(task) and _plain(name) and isinstance(reader, str), tr("it names no case")),
        (issued is not None and begins is not None and max(issued, begins) <= now + _SKEW,
         tr("it is from the future")),
        (ends is not None and now < ends + _SKEW, tr("it has expired")),
        (issued is not None and ends is not None and ends - issued <= _LIFE,
         tr("it is good for too long")),
    ):  # fmt: skip
        if not holds:
            raise Refused(tr("the launch cannot be trusted: {why}", why=why))
    assert ends is not None
    return Launch(site, TaskId(str(task)), str(name), ends, str(reader))


def _plain(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9._~:-]{1,128}", value) is not None


def _time(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
