"""A thousand reports over bad lines to three sites, the program killed again and again.

However the night goes, in the morning each site holds each of its reports once, in the
order preliminary, final, addenda, byte for byte as signed, every signature good. One site
takes them as HL7 v2 messages and does not recognise a repeated one: its own log shows that it
was asked before any second send, and that nothing was sent after it had the report.
"""

import base64
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo_platform import DemoPlatform, start_platform
from night_child import KINDS, report_id, words
from test_delivery_kills import CLOSING, FAILPOINTS, words_of, write_study

from workstation.protocols.hl7_report import control_id
from workstation.protocols.verification import verify_reports

pytestmark = pytest.mark.soak

CASES = 250
KILLS = 50
SEED = 20261125
_SEND = r"^POST /[^?]*fhir/?$"
_RULES = (
    {"match": _SEND, "do": "drop", "chance": 0.1},
    {"match": _SEND, "do": "drop_before", "chance": 0.1},
    {"match": _SEND, "do": "truncate", "bytes": 200, "chance": 0.05},
    {"match": _SEND, "do": "status", "status": 502, "chance": 0.05},
    {"match": "/fhir/DiagnosticReport", "do": "garbage", "chance": 0.05},
    {"match": "/fhir/", "do": "delay", "seconds": 0.05, "chance": 0.1},
)
_MESSAGE = r"^MLLP "
_MESSAGE_RULES = (
    {"match": _MESSAGE, "do": "drop", "chance": 0.1},
    {"match": _MESSAGE, "do": "drop_before", "chance": 0.1},
    {"match": _MESSAGE, "do": "truncate", "bytes": 40, "chance": 0.05},
    {"match": _MESSAGE, "do": "status", "status": 502, "chance": 0.05},
    {"match": _MESSAGE, "do": "garbage", "chance": 0.05},
    {"match": _MESSAGE, "do": "delay", "seconds": 0.05, "chance": 0.1},
)
_DOUBLED = {"match": _SEND, "do": "double", "chance": 0.1}
_LINE = {"latency_ms": 2.0, "jitter_ms": 5.0, "reset_chance": 0.05, "reset_within": 2000}
#: Two sites do not recognise what they have (ifNoneExist, MSH-10): there only the question
#: before a second send protects. A box that doubles what it hears would defeat any client
#: there, so it stands at the other.
_HEALTHY = {
    "rules": [], "ignore_if_none_exist": False, "token_seconds": 300,
    "line": {"reset_chance": 0.0},
}  # fmt: skip
BY_MESSAGE = "nord"
CHAOS: dict[str, dict[str, Any]] = {
    "harbor": {"rules": [*_RULES, _DOUBLED], "line": _LINE | {"seed": SEED}},
    "mesa": {"rules": [*_RULES], "ignore_if_none_exist": True, "line": _LINE | {"seed": SEED + 1}},
    "nord": {"rules": [*_RULES, *_MESSAGE_RULES], "ignore_if_none_exist": True,
             "line": _LINE | {"seed": SEED + 2}, "token_seconds": 20},
}  # fmt: skip


def test_a_night_of_chaos_ends_with_every_report_once_in_order_and_as_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """REL-01: none lost, none doubled, none overtaken, none changed."""
    for number in range(CASES):
        write_study(tmp_path / "studies" / f"{number}.dcm", number)
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps(CHAOS))
    data = tmp_path / "data"
    with start_platform(tmp_path, [tmp_path / "studies"], faults=faults, data=data) as platform:
        cases = [(order["site"], order["accession"]) for order in platform.orders("unread")]
        kills = _night(platform, tmp_path, cases)
        log = platform.log()
        done = Counter(line["fault"] for line in log)
        states = Counter(order["state"] for order in platform.orders())
        platform.faults(all=_HEALTHY)
        held = {site: _held(platform, site) for site in CHAOS}

    assert len(cases) == CASES
    assert states == {"final": CASES}
    _must_be_whole(held, cases)
    files = _must_verify(data)
    messages = _must_be_the_words_of(data / BY_MESSAGE / "received", held[BY_MESSAGE])
    # A box that doubled a request made a file; nothing else may be there twice.
    wanted = CASES * len(KINDS)
    assert wanted <= files + messages <= wanted + done["double"]
    sends = _must_have_asked(log, [acc for site, acc in cases if site == BY_MESSAGE])
    with capsys.disabled():
        sys.stdout.write(f"\n{wanted} reports, {dict(kills)}, {dict(done)}\n")
        sys.stdout.write(f"{messages} as messages, sent {sends} times\n")


def _night(platform: DemoPlatform, folder: Path, cases: list[tuple[str, str]]) -> Counter[str]:
    """The child again and again, killed by the clock or at a named point; then to its end."""
    chance = random.Random(SEED)
    killed: Counter[str] = Counter()
    for number in range(KILLS):
        point = chance.choice((*FAILPOINTS, *CLOSING)) if number % 2 else ""
        count = chance.randint(1, 12)
        with _child(platform, folder, cases, f"delivery.{point}:{count}" if point else "") as child:
            try:
                child.wait(chance.uniform(1.5, 4.0))
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
            code = child.wait(30)
        assert code in (-signal.SIGKILL, 0), child.stderr.read() if child.stderr else ""
        killed["at a point" if point and code else "by the clock" if code else "not"] += 1
    with _child(platform, folder, cases, "") as last:
        said, wrong = last.communicate(timeout=400)
    assert last.returncode == 0, wrong
    assert "refused" not in said, said
    return killed


def _child(
    platform: DemoPlatform, folder: Path, cases: list[tuple[str, str]], failpoint: str
) -> "subprocess.Popen[str]":
    user = platform.ready["users"][0]["name"]
    wanted = {
        "settings": str(platform.settings),
        "folder": str(folder),
        "cases": cases,
        "by_message": [BY_MESSAGE],
        "user": user,
        "password": platform.password(user),
    }
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("night_child.py")), json.dumps(wanted)],
        env=os.environ | {"WORKSTATION_FAILPOINT": failpoint},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _held(platform: DemoPlatform, site: str) -> list[dict[str, Any]]:
    """Every signed report that a site holds, in the order it filed them."""
    found: list[dict[str, Any]] = []
    with platform.client(site) as http:
        url = f"{platform.site(site)['fhir']}/DiagnosticReport?_count=200"
        while url:
            page = http.get(url).json()
            found += [
                e["resource"] for e in page.get("entry", ()) if "presentedForm" in e["resource"]
            ]
            url = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
    return sorted(found, key=lambda report: int(report["id"]))


def _must_be_whole(held: dict[str, list[dict[str, Any]]], cases: list[tuple[str, str]]) -> None:
    """Each case has its four reports and no other, in order, word for word."""
    by_case: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for site, reports in held.items():
        for report in reports:
            accession = report["basedOn"][0]["identifier"]["value"]
            by_case[site, accession].append((_id_of(report), _text_of(report)))
    for site, accession in cases:
        wanted = [
            (report_id(accession, kind), f"Impression\n{words(accession, kind)}\n")
            for kind, _ in KINDS
        ]
        assert by_case.pop((site, accession), []) == wanted
    assert by_case == {}


def _must_verify(data: Path) -> int:
    """Signature, digests and chain of everything that came; how many files there are."""
    files = [file for site in CHAOS for file in (data / site / "received").glob("*-report.json")]
    copies: dict[str, list[bytes]] = defaultdict(list)
    for file in files:
        (report,) = _reports_in(file.read_bytes())
        copies[_id_of(report)].append(file.read_bytes())
    for again in range(max(map(len, copies.values()))):
        given = [(report, found[min(again, len(found) - 1)]) for report, found in copies.items()]
        assert {each.report for each in verify_reports(given)} == set(copies)
    return len(files)


def _must_be_the_words_of(received: Path, held: list[dict[str, Any]]) -> int:
    """What came as messages, read by python-hl7, is what the site shows; how many there are."""
    found = Counter(words_of(file.read_bytes()) for file in received.glob("*-report.hl7"))
    assert found == Counter(_text_of(report) for report in held)
    return found.total()


def _must_have_asked(log: list[dict[str, Any]], accessions: list[str]) -> int:
    """Of each message, by the site's own log: a question before a second send, and none after
    it had been filed. How many sends there were.
    """
    assert len(log) < 50_000  # it forgets what is older
    reports = [report_id(each, kind) for each in accessions for kind, _ in KINDS]
    ids = {control_id(report): report for report in reports}
    sent: dict[str, str] = {}  # since when there was no question: "sent", "filed"
    sends = 0
    for line in log:
        if line["site"] != BY_MESSAGE:
            continue
        if line["method"] == "MLLP":
            assert sent.get(line["query"]) is None, f"sent again without asking: {line}"
            sent[line["query"]] = "filed" if line["status"] == 200 else "sent"
            sends += 1
        elif line["method"] == "GET" and line["status"] == 200 and line["fault"] in ("", "delay"):
            for control, report in ids.items():
                if report in line["query"] and sent.get(control) == "sent":
                    del sent[control]
    return sends


def _reports_in(body: bytes) -> Iterator[dict[str, Any]]:
    for entry in json.loads(body)["entry"]:
        resource = entry.get("resource", {})
        if resource.get("resourceType") == "DiagnosticReport" and resource.get("presentedForm"):
            yield resource


def _id_of(report: dict[str, Any]) -> str:
    values: list[str] = [i["value"] for i in report["identifier"]]
    return next(value for value in values if value.startswith("urn:uuid:")).removeprefix(
        "urn:uuid:"
    )


def _text_of(report: dict[str, Any]) -> str:
    forms = [f["data"] for f in report["presentedForm"] if f["contentType"] == "text/plain"]
    return base64.b64decode(forms[0]).decode()
