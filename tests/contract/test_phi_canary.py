"""The scanner itself: a search that finds nothing must be able to find something."""

import base64
import os
from collections.abc import Callable
from pathlib import Path

import phi_canary
import pytest
from fakes_trust import Bench, FakePlatform, signed_report
from hypothesis import given
from hypothesis import strategies as st
from phi_canary import Hit, canary_tokens, disguises, scan

from workstation.adapters.store import SqlCipherStore

TOKEN = "Qanarytest-4711"


@pytest.mark.parametrize(
    ("disguise", "write"),
    [
        ("utf-8", lambda t: t.encode()),
        ("utf-16-le", lambda t: t.encode("utf-16-le")),
        ("utf-16-be", lambda t: t.encode("utf-16-be")),
        ("hex", lambda t: t.encode().hex().encode()),
        ("HEX", lambda t: t.encode().hex().upper().encode()),
        ("base64", lambda t: base64.b64encode(f"x{t}y".encode())),
    ],
)
def test_a_planted_token_is_found(
    tmp_path: Path, disguise: str, write: Callable[[str], bytes]
) -> None:
    """The negative control: without it, an empty result means nothing."""
    leak = tmp_path / "deep" / "log.txt"
    leak.parent.mkdir()
    leak.write_bytes(b"\0" * 1000 + write(TOKEN) + b"tail")

    assert Hit(leak, TOKEN, disguise) in scan([tmp_path], [TOKEN])


@given(st.binary(max_size=9), st.binary(max_size=9))
def test_base64_is_found_at_every_alignment(before: bytes, after: bytes) -> None:
    """A report in an attachment starts wherever its JSON does."""
    encoded = base64.b64encode(before + TOKEN.encode() + after)

    assert any(pattern in encoded for kind, pattern in disguises(TOKEN) if kind == "base64")


def test_no_disguise_is_so_short_that_it_is_found_everywhere() -> None:
    """A false alarm in every run would be switched off."""
    for token in canary_tokens().values():
        assert min(len(pattern) for _, pattern in disguises(token)) >= 10


def test_a_token_across_two_chunks_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are read in pieces; a leak does not keep to them."""
    monkeypatch.setattr(phi_canary, "_CHUNK", 16)
    (tmp_path / "a").write_bytes(b"." * 10 + TOKEN.encode() + b"." * 50)

    assert scan([tmp_path], [TOKEN])


def test_a_token_in_a_file_name_is_found(tmp_path: Path) -> None:
    """A name is written to the disk too."""
    (tmp_path / f"{TOKEN}.txt").write_text("")

    assert [hit.disguise for hit in scan([tmp_path], [TOKEN])] == ["name, utf-8"]


def test_allowed_places_old_files_and_special_files_are_left_out(tmp_path: Path) -> None:
    """The platform's own data is not a leak; a socket is not a file."""
    for name in ("allowed", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text(TOKEN)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "old")
    stamp = (tmp_path / "old" / "a").stat().st_ctime + 5

    assert scan([tmp_path], [TOKEN], since=stamp) == []
    assert len(scan([tmp_path], [TOKEN], skip=[tmp_path / "allowed"])) == 1


def test_twenty_tokens_are_twenty() -> None:
    """Names, ids, UIDs and words of a report, none of them inside another."""
    tokens = list(canary_tokens().values())

    assert len(set(tokens)) == 20
    assert not [(a, b) for a in tokens for b in tokens if a != b and a in b]


def test_a_signed_report_that_cannot_be_sent_is_on_the_disk_but_not_in_clear(
    tmp_path: Path,
) -> None:
    """The one thing we keep: sealed, so that a stolen laptop tells nothing."""
    tokens = canary_tokens()
    platform = FakePlatform()
    platform.down = True
    bench = Bench(platform, SqlCipherStore(tmp_path / "x.sealed", os.urandom(32)))
    bench.sign(signed_report(impression=" ".join(tokens.values())))
    during = scan([tmp_path], [*tokens.values(), "Canary, Zelda", "MRN-000417"])
    kept = len(bench.store.all("outbox"))
    bench.store.close()

    assert kept == 1
    assert during == []
    assert scan([tmp_path], tokens.values()) == []
