"""The chart of a patient as a platform gives it over the wire: there, refused, not there."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from demo_platform import DemoPlatform, start_platform
from fakes import FakeClock
from fakes_images import client
from fakes_platform import item

from workstation.adapters.chart import FhirChart
from workstation.domain.chart import ChartDocument, Flag, Kind, by_analyte, filtration
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused, SiteUnavailable
from workstation.settings import load

ACCESSION = "HG-26-118177"


@contextmanager
def harbor(platform: DemoPlatform) -> Iterator[FhirChart]:
    site = next(each for each in load(platform.settings).sites if each.id == "harbor")
    line = client(site, platform.token("harbor"))
    yield FhirChart(line)
    line.close()


def case(platform: DemoPlatform) -> WorklistItem:
    """The open case as far as a chart is asked by it."""
    base = platform.site("harbor")["fhir"]
    bearer = {"Authorization": f"Bearer {platform.token('harbor')}"}
    with httpx2.Client(headers=bearer) as http:
        found = http.get(f"{base}/ServiceRequest", params={"identifier": ACCESSION}).json()
    order = found["entry"][0]["resource"]
    who = order["subject"]["reference"]
    return item(1, FakeClock().now(), patient_ref=who, order_id=f"ServiceRequest/{order['id']}")


def test_a_chart_is_read_as_the_site_has_it(shared_platform: DemoPlatform) -> None:
    """Colon cancer, an eGFR that falls, a reaction to contrast: all of it, with dates and units."""
    read = case(shared_platform)
    with harbor(shared_platform) as chart:
        values = chart.laboratory(read).values
        allergies = chart.history(read, Kind.ALLERGY).values
        conditions = chart.history(read, Kind.CONDITION).values
        procedures = chart.history(read, Kind.PROCEDURE).values

    rate = filtration(values)
    assert rate is not None
    assert (rate.value, rate.unit, rate.range, rate.flag) == (
        "38", "mL/min/1.73 m²", "from 60", Flag.LOW,
    )  # fmt: skip
    assert [each.value for each in by_analyte(values)[0].before] == ["45", "58"]
    (grave,) = [each for each in allergies if each.grave]
    assert grave.words == "Iodinated contrast medium: generalised urticaria"
    assert [(each.since, each.over) for each in conditions][-1] == ("1998", True)
    assert len(procedures) == 2


def test_a_document_comes_byte_for_byte_or_not_at_all(shared_platform: DemoPlatform) -> None:
    """Its digest was listed: what was exchanged on the way is not shown as the patient's."""
    with harbor(shared_platform) as chart:
        form, scan = chart.documents(case(shared_platform)).values
        swapped = ChartDocument("x", form.media_type, None, True, scan.url, digest=form.digest)

        assert (form.title, form.of_order) == ("Imaging requisition", True)
        assert scan.media_type == "image/tiff"
        assert chart.content(form).startswith(b"%PDF-1.4")
        assert chart.content(scan) == b"(a picture)"
        with pytest.raises(Refused, match="not the one that was listed"):
            chart.content(swapped)


def test_a_document_elsewhere_is_not_fetched_with_the_readers_token(
    shared_platform: DemoPlatform,
) -> None:
    """A record may name any address; the token goes to the site alone."""
    away = ChartDocument("x", "text/plain", None, True, "https://elsewhere.example/1")
    gone = ChartDocument("x", "text/plain", None, True, "Binary/9999")

    with harbor(shared_platform) as chart:
        with pytest.raises(SiteUnavailable, match="not its own"):
            chart.content(away)
        with pytest.raises(Refused, match="does not have it"):
            chart.content(gone)


@pytest.mark.parametrize(
    ("rule", "error", "words"),
    [
        ({"do": "status", "status": 403}, Refused, "does not permit it"),
        ({"do": "status", "status": 404}, Refused, "does not have it"),
        ({"do": "garbage"}, SiteUnavailable, "not be understood"),
    ],
)
def test_what_a_site_refuses_or_does_not_keep_is_said_in_words(
    charts: DemoPlatform, rule: dict[str, object], error: type[Exception], words: str
) -> None:
    """Not every platform keeps a laboratory, and not every reader may see it."""
    read = case(charts)
    charts.faults(harbor={"rules": [{"match": "GET /fhir/Observation", **rule}]})

    with harbor(charts) as chart:
        with pytest.raises(error, match=words):
            chart.laboratory(read)
        assert chart.history(read, Kind.ALLERGY).values


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    """One platform for those that set faults."""
    with start_platform(tmp_path_factory.mktemp("charts")) as running:
        yield running
