"""Looks for planted tokens in every file below some roots, in every disguise a leak takes.

    tokens = canary_tokens()             # plant these: names, ids, report words, UIDs
    stamp = now()
    ... the journey ...
    assert scan(usual_roots(), tokens.values(), since=stamp, skip=[data_of_the_platform]) == []

A token is found as UTF-8, UTF-16 (both orders), hex (both cases) and base64 at any of
its three alignments; in contents and in file names.
"""

import base64
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

_CHUNK = 4 * 1024 * 1024


@frozen
class Hit:
    """A token that lies in clear (or thinly disguised) where it should not."""

    path: Path
    token: str
    disguise: str


def canary_tokens() -> dict[str, str]:
    """Twenty tokens that exist nowhere else, made for their place in a study or report."""
    tag = secrets.token_hex(4)
    letters = "".join(secrets.choice("bcdfghklmnprstvz") for _ in range(6))
    made = {
        "family": f"Qanary{letters}",
        "given": f"Zyxander{letters[::-1]}",
        "id": f"QID-{tag}",
        "issuer": f"QISSUER-{tag}",
        "accession": f"QA-{tag[:8]}",
        "study_uid": f"2.25.{secrets.randbelow(10**30) + 10**30}",
        "series_uid": f"2.25.{secrets.randbelow(10**30) + 10**30}",
        "sop_uid": f"2.25.{secrets.randbelow(10**30) + 10**30}",
        "description": f"Qprotocol {tag}",
        "referrer": f"Qreferrer{letters}",
    }
    return made | {f"word{n}": f"qword{n}{secrets.token_hex(4)}" for n in range(1, 11)}


def usual_roots() -> list[Path]:
    """Home, temporary files and shared memory of this process's user."""
    roots = {Path.home(), Path(tempfile.gettempdir()), Path("/dev/shm")}
    return [root for root in sorted(roots) if root.is_dir()]


def now() -> float:
    """A stamp for `since`; file systems keep times to a few milliseconds only."""
    return time.time() - 1


def scan(
    roots: Iterable[Path],
    tokens: Iterable[str],
    *,
    since: float = 0.0,
    skip: Iterable[Path] = (),
) -> list[Hit]:
    """Every hit below `roots` in files changed after `since`; `skip` names allowed places.

    Raises AssertionError where a file could not be looked into: an unread file proves nothing.
    """
    patterns = [(token, kind, p) for token in tokens for kind, p in disguises(token)]
    allowed = [path.resolve() for path in skip]
    hits: list[Hit] = []
    for root in roots:
        for path in _files(root.resolve(), allowed):
            hits += _in_name(path, root.resolve(), patterns)
            hits += _in_content(path, patterns, since)
    return list(dict.fromkeys(hits))


def disguises(token: str) -> list[tuple[str, bytes]]:
    """How a token may lie in a file."""
    plain = token.encode()
    found = [
        ("utf-8", plain),
        ("utf-16-le", token.encode("utf-16-le")),
        ("utf-16-be", token.encode("utf-16-be")),
        ("hex", plain.hex().encode()),
        ("HEX", plain.hex().upper().encode()),
    ]
    for shift in range(3):
        # Only those characters that do not depend on the neighbours of the token.
        encoded = base64.b64encode(b"\0" * shift + plain)
        start = (0, 2, 3)[shift]
        end = len(encoded) - (0, 4, 4)[(len(plain) + shift) % 3 and 1]
        found.append(("base64", encoded[start:end]))
        found.append(("base64url", encoded[start:end].translate(bytes.maketrans(b"+/", b"-_"))))
    return found


def _files(root: Path, allowed: list[Path]) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        here = Path(folder)
        names[:] = [n for n in names if (here / n) not in allowed and not (here / n).is_symlink()]
        for name in files:
            if (here / name) not in allowed:
                yield here / name


def _in_name(path: Path, root: Path, patterns: list[tuple[str, str, bytes]]) -> list[Hit]:
    name = os.fsencode(path.relative_to(root))
    return [Hit(path, token, f"name, {kind}") for token, kind, p in patterns if p in name]


def _in_content(path: Path, patterns: list[tuple[str, str, bytes]], since: float) -> list[Hit]:
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or max(about.st_mtime, about.st_ctime) < since:
            return []
        with path.open("rb") as file:
            return [Hit(path, token, kind) for token, kind in _search(file, patterns)]
    except FileNotFoundError:  # gone while we looked: a temporary file of somebody
        return []
    except OSError as error:
        raise AssertionError(f"{path} could not be looked into: {error}") from error


def _search(file: object, patterns: list[tuple[str, str, bytes]]) -> list[tuple[str, str]]:
    overlap = max((len(p) for _, _, p in patterns), default=1) - 1
    found: list[tuple[str, str]] = []
    tail = b""
    while chunk := file.read(_CHUNK):  # type: ignore[attr-defined]
        window = tail + chunk
        found += [(token, kind) for token, kind, p in patterns if p in window]
        tail = window[-overlap:] if overlap else b""
    return found
