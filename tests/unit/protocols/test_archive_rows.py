"""Studies of an archive as cases: what is there is used, what is not is never made up."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve
from fakes_platform import site

from workstation.domain.worklist import Lack, ReadState
from workstation.protocols import archive_rows as rows
from workstation.protocols import ups
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.fhir_values import Unreadable
from workstation.protocols.id_token import Identity
from workstation.settings import Site

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
HERE: Site = evolve(site("harbor"), timezone="America/Denver", readers="4711 = US-CO 2027-06-30")


def row(**values: Any) -> Attributes:
    """A study, by tag without the leading letter."""
    said = {"0020000D": "2.25.1", **{tag.removeprefix("t"): value for tag, value in values.items()}}
    return Attributes({tag: {"Value": [value]} for tag, value in said.items() if value != ""})


def test_times_are_those_of_the_site() -> None:
    """A PACS writes the clock on its wall."""
    item = rows.item_from(HERE, row(t00080020="20261122", t00080030="101500"), NOW)

    assert item.acquired == item.listed == datetime(2026, 11, 22, 17, 15, tzinfo=UTC)
    assert not item.is_promised
    assert not item.is_tracked


@pytest.mark.parametrize("clock", ["", "nonsense"])
def test_a_study_with_a_day_alone_stands_at_its_midnight_and_one_without_at_now(clock: str) -> None:
    """It has to stand somewhere; nothing is shown of the hour."""
    day = rows.item_from(HERE, row(t00080020="20261122", t00080030=clock), NOW)
    none = rows.item_from(HERE, row(), NOW)

    assert day.acquired == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    assert (none.acquired, none.listed) == (None, NOW)


@pytest.mark.parametrize("uid", ["", "../../etc/passwd", "1.2.3/4"])
def test_what_is_no_identifier_becomes_no_case(uid: str) -> None:
    """SEC-04: it would become part of an address."""
    with pytest.raises(Unreadable):
        rows.item_from(HERE, Attributes({"0020000D": {"Value": [uid]}}), NOW)
    assert rows.prior_from(HERE, Attributes({"0020000D": {"Value": [uid]}})) is None


def test_a_study_of_documents_alone_is_no_case() -> None:
    """Yesterday's reports are not to be read as images."""
    documents = Attributes({"00080061": {"Value": ["SR", "KO"]}})
    mixed = Attributes({"0020000D": {"Value": ["2.25.1"]}, "00080061": {"Value": ["SR", "MR"]}})

    assert not rows.has_images(documents)
    assert rows.has_images(mixed)
    assert rows.has_images(Attributes({}))
    assert rows.item_from(HERE, mixed, NOW).modality == "MR"


def test_licences_are_those_of_this_reader() -> None:
    """Two readers at one desk have two sets of licences."""
    mine = rows.reader_from(HERE, Identity("4711", "", "Jo", NOW, "pwd"))
    other = rows.reader_from(HERE, Identity("4712", "Practitioner/9", "Kay", NOW, "pwd"))

    (licence,) = mine.licences
    assert (licence.jurisdiction, licence.valid_to) == ("US-CO", date(2027, 6, 30))
    assert (mine.id, other.id, other.licences) == ("4711", "Practitioner/9", ())


def test_a_case_in_the_form_of_a_task_says_who_has_it() -> None:
    """What delivery looks at before it sends."""
    item = rows.item_from(HERE, row(), NOW)
    reader = rows.reader_from(HERE, Identity("4711", "", "Jo", NOW, "pwd"))
    held = rows.changed(item, ReadState.CLAIMED, reader, 3)

    assert rows.task_of(item)["status"] == "requested"
    assert "owner" not in rows.task_of(item)
    assert rows.task_of(held)["owner"]["reference"] == "4711"
    assert rows.task_of(rows.changed(held, ReadState.FINAL, None, 4))["status"] == "completed"


def test_a_work_item_without_a_deadline_shows_none_and_says_so() -> None:
    """Expected Completion is optional; a made-up one would be believed."""
    item = ups.item_from(HERE, row(t00080018="2.25.9", t00741000="SCHEDULED"), NOW)

    assert item.lacks == ups.LACKING | {Lack.DUE}
    assert item.listed == NOW


def test_a_work_item_of_somebody_unknown_is_never_free() -> None:
    """IN PROGRESS without a name is somebody's all the same."""
    item = ups.item_from(HERE, row(t00080018="2.25.9", t00741000="IN PROGRESS"), NOW)

    assert (item.state, item.holder) == (ReadState.CLAIMED, "another reader")
    assert item.holder_id != ""


def test_the_study_of_a_work_item_may_stand_in_its_input() -> None:
    """PS3.4 CC.2.5.3: not every site fills the study of the work item itself."""
    given = {"Value": [{"0020000D": {"Value": ["2.25.7"]}}]}
    item = ups.item_from(
        HERE, Attributes({"00080018": {"Value": ["2.25.9"]}, "00404021": given}), NOW
    )

    assert item.study == "2.25.7"


def test_zones_of_a_work_item_are_its_own() -> None:
    """Timezone Offset From UTC, where the site gives one."""
    item = ups.item_from(
        HERE, row(t00080018="2.25.9", t00404005="20261122223000", t00080201="-0500"), NOW
    )

    assert item.listed == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
