"""Reports as HL7 v2 messages over real sockets, to listeners that are not ours.

hl7apy's server, strict, in a process of its own; and the demo platform, which reads with
python-hl7 and files what it takes.
"""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from demo_platform import DemoPlatform
from fakes_platform import site
from fakes_trust import signed_report
from hl7_peer import listening
from own_certificate import self_signed
from sending_place import Workplace

from workstation.adapters.mllp import MllpLine
from workstation.domain.report import ReportState
from workstation.errors import Refused, SiteUnavailable
from workstation.protocols.hl7 import parse
from workstation.protocols.hl7_report import Agreed, Examined, control_id, oru, text_of
from workstation.settings import Site

pytestmark = pytest.mark.slow

NASTY = "Node 2|3 ^ A&B ~5 mm \\ path \\.br\\ \\X0D\\; äö ≤ 3 mm 漢字 😀 \x1c\x0b"
PDF = b"%PDF-1.7\n\x00\xff|^~\\&\x1c\r\x0b"


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Site]]:
    folder = tmp_path_factory.mktemp("peer")
    with listening(folder) as port:
        yield folder, site(hl7=f"mllp://127.0.0.1:{port}", timeout_seconds=5.0)


def _message(text: str = NASTY) -> bytes:
    signed = signed_report(impression=text)
    forms = {"text/plain": signed.text.encode(), "application/pdf": PDF}
    return oru(signed, forms, Examined(), Agreed(pdf=True))


def test_hl7apy_takes_the_report_and_has_every_byte_of_it(peer: tuple[Path, Site]) -> None:
    """What stands in the hospital's system is what was signed."""
    folder, place = peer
    (folder / "answer").write_text("AA")

    receipt = MllpLine(place).send(_message())

    assert receipt.status == "AA"
    assert receipt.at == datetime(2026, 11, 22, 21, 45, tzinfo=UTC)
    newest = max(folder.glob("*.hl7"))
    assert newest.read_bytes() == _message()
    assert text_of(parse(newest.read_bytes())) == signed_report(impression=NASTY).text


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ("AE wrong patient", Refused, "wrong patient"),
        ("AR not in this state", Refused, "not in this state"),
        ("CE no room", Refused, "no room"),
        ("CR unknown type", Refused, "unknown type"),
        ("nothing", SiteUnavailable, "broke off"),
        ("garbage", SiteUnavailable, "could not be understood"),
        ("another", SiteUnavailable, "could not be understood"),
    ],
)
def test_what_a_listener_answers_reaches_the_reader_in_words(
    peer: tuple[Path, Site], answer: str, error: type[Exception], words: str
) -> None:
    """A no is a no with its reason; anything unclear is asked about, never taken for a yes."""
    folder, place = peer
    (folder / "answer").write_text(answer)

    with pytest.raises(error, match=words):
        MllpLine(place).send(_message())


def test_a_commit_acknowledgement_is_enough(peer: tuple[Path, Site]) -> None:
    """Enhanced mode: it is in safe storage there, the rest is between their systems."""
    folder, place = peer
    (folder / "answer").write_text("CA")

    assert MllpLine(place).send(_message()).status == "CA"


def test_a_listener_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    """Nothing was taken, and it is asked all the same before it is sent again."""
    place = site(hl7="mllp://127.0.0.1:9", timeout_seconds=2.0)

    with pytest.raises(SiteUnavailable, match="cannot be reached"):
        MllpLine(place).send(_message())


def test_over_tls_the_certificate_decides(tmp_path: Path) -> None:
    """A report goes to the hospital's listener and to nobody who says he is it."""
    mine, stranger = self_signed(tmp_path / "mine"), self_signed(tmp_path / "stranger")
    with listening(tmp_path, *mine) as port:
        place = site(hl7=f"mllps://127.0.0.1:{port}", ca_file=mine[0], timeout_seconds=5.0)
        assert MllpLine(place).send(_message()).status == "AA"

        with pytest.raises(SiteUnavailable, match="certificate"):
            MllpLine(evolve(place, ca_file=stranger[0])).send(_message())

    assert len(list(tmp_path.glob("*.hl7"))) == 1


def test_a_listener_that_asks_who_calls_is_shown_our_certificate(tmp_path: Path) -> None:
    """Interface engines between houses take messages of known desks alone."""
    theirs, ours = self_signed(tmp_path / "theirs"), self_signed(tmp_path / "ours")
    both = tmp_path / "both.pem"
    both.write_bytes(ours[0].read_bytes() + ours[1].read_bytes())
    with listening(tmp_path, *theirs, ours[0]) as port:
        place = site(hl7=f"mllps://127.0.0.1:{port}", ca_file=theirs[0], timeout_seconds=5.0)

        with pytest.raises(SiteUnavailable):
            MllpLine(place).send(_message())
        assert MllpLine(evolve(place, hl7_certificate=both)).send(_message()).status == "AA"

    assert len(list(tmp_path.glob("*.hl7"))) == 1


# --- the demo platform, which files what it takes ------------------------------------


def _held(demo: DemoPlatform, place: Workplace, report: str) -> dict[str, object]:
    receipt = place.platform.find_report(report)  # type: ignore[arg-type]
    assert receipt is not None
    found = place.platform.resource(receipt.location)
    assert found is not None
    return dict(found)


def test_a_report_its_final_and_its_addendum_go_as_messages(
    shared_platform: DemoPlatform,
) -> None:
    """The same outbox, order and states; the site shows each, and its case follows."""
    with Workplace(shared_platform, "nord", report="hl7", hl7_pdf=True) as place:
        item = place.claim_one()
        preliminary = evolve(place.signed(item, "Preliminary."), status=ReportState.PRELIMINARY)
        assert place.deliver(preliminary, item) == "acknowledged"
        assert _order(shared_platform, item.accession)["state"] == "preliminary"

        again = next(i for i in place.platform.feed("").items if i.task == item.task)
        final = place.signed(place.platform.claim(again), NASTY)
        assert place.deliver(final, again) == "acknowledged"
        assert _order(shared_platform, item.accession)["state"] == "final"

        addendum = evolve(
            place.signed(again, "More."), status=ReportState.ADDENDED,
            predecessor=final.report.id, measurements=(),
        )  # fmt: skip
        assert place.deliver(addendum, again) == "acknowledged"

        sent = [final, addendum]
        held = [_held(shared_platform, place, each.report.id) for each in sent]
        assert [each["status"] for each in held] == ["final", "appended"]
        forms = [each["presentedForm"][0]["data"] for each in held]  # type: ignore[index]
        assert [base64.b64decode(f).decode() for f in forms] == [each.text for each in sent]
        issued = place.platform.issued(again)
        assert issued is not None
        assert (issued.text, issued.first) == (addendum.text, final.report.id)
        messages = [line for line in shared_platform.log() if line["method"] == "MLLP"]
        ids = [control_id(each.report.id) for each in (preliminary, final, addendum)]
        assert [line["query"] for line in messages][-3:] == ids


def test_an_unknown_order_comes_back_to_the_reader_with_the_sites_reason(
    shared_platform: DemoPlatform,
) -> None:
    """AE: the words of the hospital's system, not ours."""
    with Workplace(shared_platform, "harbor", report="hl7") as place:
        item = place.claim_one()
        signed = place.signed(item, "Lost.")
        binding = evolve(signed.report.binding, accession="NOT-THERE")
        lost = evolve(signed, report=evolve(signed.report, binding=binding))

        state = place.deliver(lost, item)

        assert state == "refused There is no order of this number."
        place.platform.release(item, "")


def _order(demo: DemoPlatform, accession: str) -> dict[str, str]:
    return next(each for each in demo.orders() if each["accession"] == accession)
