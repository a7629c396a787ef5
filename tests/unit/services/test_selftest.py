"""`workstation selftest` tells an administrator what a machine can do; here, that it can fail."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from workstation.adapters import decoder_link, probes, tls_probe
from workstation.adapters.decoders import Decoders
from workstation.adapters.secrets import MemorySecrets
from workstation.app.probing import machine_test
from workstation.decoder.codecs import TABLE
from workstation.errors import SiteUnavailable
from workstation.rendering import probe as rendering_probe
from workstation.rendering.slice_cpu import SliceEngine
from workstation.services import selftest
from workstation.services.selftest import Finding, Verdict
from workstation.settings import resource
from workstation.ui import probe as ui_probe

SAMPLES = resource("selftest", "frames.json")
GOOD, LESS = Finding("a", Verdict.GOOD, "fine"), Finding("b", Verdict.LESS, "memory alone")
BAD = Finding("c", Verdict.BAD, "gone")


@pytest.fixture
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=1)
    yield pool
    pool.close()


def verdicts(findings: Iterable[Finding]) -> set[Verdict]:
    return {finding.verdict for finding in findings}


def test_one_failure_fails_and_less_does_not() -> None:
    """An installer goes by the exit code; a machine without a keyring still reads."""
    assert selftest.passed((GOOD, LESS))
    assert not selftest.passed((GOOD, LESS, BAD))


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on() -> None:
    """A missing library must be named, not end the list."""

    def broken() -> Iterable[Finding]:
        raise ImportError("no libGL")

    found = selftest.run((("drawing", broken), ("rest", lambda: (GOOD,))))

    assert found == (Finding("drawing", Verdict.BAD, "ImportError: no libGL"), GOOD)


def test_lines_and_json_say_the_same() -> None:
    """One for people, one for installers."""
    findings = (GOOD, LESS, BAD)

    assert [line.split()[0] for line in selftest.as_lines(findings).splitlines()] == [
        "ok", "LESS", "FAILED",
    ]  # fmt: skip
    told = json.loads(selftest.as_json(findings))
    assert told["passed"] is False
    assert told["checks"][1] == {"name": "b", "verdict": "degraded", "text": "memory alone"}


def test_every_transfer_syntax_has_a_frame_and_decodes_right(decoders: Decoders) -> None:
    """A codec that an installer forgot must not be noticed on the first patient."""
    found = list(probes.syntaxes(decoders, SAMPLES))

    assert {f["syntax"] for f in json.loads(SAMPLES.read_text())["frames"]} == set(TABLE)
    assert len(found) == len(TABLE)
    assert verdicts(found) == {Verdict.GOOD}


def test_wrong_pixels_and_missing_frames_are_found(decoders: Decoders, tmp_path: Path) -> None:
    """The comparison is with arithmetic: a sample that is another picture fails."""
    kept = json.loads(SAMPLES.read_text())
    frames = {each["syntax"].rpartition("1.2.840.10008.1.2")[2]: each for each in kept["frames"]}
    frames[".4.80"]["frame"] = frames[".4.50"]["frame"]  # another stream than it says
    frames[".2"]["frame"] = frames[".1"]["frame"]  # the bytes of every value swapped
    del frames[".5"]
    changed = tmp_path / "frames.json"
    changed.write_text(json.dumps(kept | {"frames": list(frames.values())}))

    found = probes.syntaxes(decoders, changed)

    assert sum(finding.verdict is Verdict.BAD for finding in found) == 3


def test_a_codec_that_is_missing_is_named_for_each_of_its_syntaxes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An installer left a library out: to call the image damaged would send for a new scan."""
    without = "import sys; sys.modules['imagecodecs._htj2k'] = None\n"
    start = "from workstation.decoder.worker import main; sys.exit(main())"
    monkeypatch.setattr(decoder_link, "command", lambda: [sys.executable, "-c", without + start])
    pool = Decoders(children=1)
    found = list(probes.syntaxes(pool, SAMPLES))
    pool.close()

    bad = {finding.name: finding.text for finding in found if finding.verdict is Verdict.BAD}
    missing = "The decoder for this compression is missing: installation damaged."
    assert set(bad.values()) == {missing}
    assert {name.removeprefix("decoding ") for name in bad} == {
        row.name for row in TABLE.values() if row.name.startswith("HTJ2K")
    }


@pytest.mark.skipif(sys.platform != "linux", reason="the levels of Linux")
def test_a_sandbox_that_is_open_fails_and_one_that_is_less_is_named(
    monkeypatch: pytest.MonkeyPatch, decoders: Decoders
) -> None:
    """Degraded levels are said, not hidden."""
    (full,) = probes.sandbox(decoders)
    monkeypatch.setattr(Decoders, "levels", lambda _: ("memory", "system-calls"))
    (less,) = probes.sandbox(decoders)
    monkeypatch.setattr(Decoders, "levels", lambda _: ("memory", "no-files"))
    (half,) = probes.sandbox(decoders)

    assert full.verdict is Verdict.GOOD
    assert less.verdict is Verdict.LESS
    assert "not reached: core" in less.text
    assert half.verdict is Verdict.BAD


def test_a_decoder_that_does_not_start_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen program that cannot start itself again shows no image at all."""
    monkeypatch.setattr(decoder_link, "command", lambda: ["/bin/false"])
    pool = Decoders(children=1)
    (found,) = probes.sandbox(pool)
    pool.close()

    assert found.verdict is Verdict.BAD


def test_without_a_keyring_it_says_what_that_means() -> None:
    """Drafts would be gone with the program: the administrator should know before the reader."""
    (found,) = probes.keyring(MemorySecrets("locked"))

    assert found == Finding("keyring", Verdict.LESS, "locked: drafts are kept in memory alone")


def test_shared_memory_holds_what_is_written() -> None:
    """How frames travel."""
    assert verdicts(probes.shared_memory()) == {Verdict.GOOD}


def test_a_right_certificate_is_accepted_and_wrong_ones_are_not() -> None:
    """By the very client the program talks to sites with."""
    found = [finding for finding in tls_probe.tls() if finding.name.startswith("TLS")]

    assert [finding.text for finding in found] == ["is accepted", "is refused", "is refused"]
    assert verdicts(found) == {Verdict.GOOD}


def test_a_client_that_accepts_everything_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator who switched checking off somewhere learns of it."""
    monkeypatch.setattr(tls_probe, "_accepted", lambda *_: True)

    found = [finding for finding in tls_probe.tls() if finding.name.startswith("TLS")]

    assert [f.verdict for f in found] == [Verdict.GOOD, Verdict.BAD, Verdict.BAD]


def test_a_server_that_breaks_off_is_not_taken_for_a_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or a firewall on loopback would look like good checking."""
    monkeypatch.setattr(tls_probe, "_is_about_certificates", lambda _: False)

    with pytest.raises(SiteUnavailable):
        list(tls_probe.tls())


def test_a_slice_is_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    """A graphics library that samples wrongly measures wrongly."""
    assert verdicts(rendering_probe.rendering()) == {Verdict.GOOD}
    honest = SliceEngine.slice
    monkeypatch.setattr(SliceEngine, "slice", lambda *a: honest(*a) + 1)
    assert verdicts(rendering_probe.rendering()) == {Verdict.BAD}


def test_missing_data_files_are_named(tmp_path: Path) -> None:
    """An installation that lost a folder."""
    (tmp_path / "icons").mkdir()

    found = {finding.name: finding for finding in ui_probe.windows(tmp_path)}

    assert found["windows"].verdict is Verdict.LESS  # a test has no screen, and that is said
    assert found["fonts"].verdict is Verdict.BAD
    assert "keymaps" in found["data files"].text


def test_this_machine_passes() -> None:
    """All of it together, as `workstation selftest` runs it."""
    found = machine_test()

    assert selftest.passed(found), selftest.as_lines(found)
    assert len(found) > len(TABLE)
