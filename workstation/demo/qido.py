"""QIDO-RS: searching studies, series and instances of a site (PS3.18 10.6)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from workstation.demo.archive import Archive, Instance
from workstation.demo.dicom_json import (
    INSTANCE_TAGS,
    SERIES_TAGS,
    STUDY_TAGS,
    Json,
    attributes,
    keyword_of,
    matches,
)

_COMPUTED: Final = (
    "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
    "NumberOfSeriesRelatedInstances",
)
_LEVEL_TAGS: Final = {
    "studies": STUDY_TAGS,
    "series": STUDY_TAGS + SERIES_TAGS,
    "instances": STUDY_TAGS + SERIES_TAGS + INSTANCE_TAGS,
}


class BadQuery(ValueError):
    """A parameter that this server cannot answer by."""


@frozen
class Query:
    """`narrow` is the study and series of the address."""

    level: str
    narrow: tuple[str | None, str | None]
    criteria: tuple[tuple[str, str], ...]
    include: tuple[str, ...]
    limit: int
    offset: int


def parse(
    level: str, query: Sequence[tuple[str, str]], study: str | None, series: str | None
) -> Query:
    criteria, include = [], list[str]()
    limit, offset = 10_000, 0
    for name, value in query:
        if name in ("limit", "offset"):
            if not value.isdigit():
                raise BadQuery(f"{name} is a number")
            limit, offset = (int(value), offset) if name == "limit" else (limit, int(value))
        elif name == "includefield":
            include += _fields(level, value)
        elif name == "fuzzymatching":
            if value != "false":
                raise BadQuery("fuzzymatching is not supported")
        elif keyword := keyword_of(name):
            criteria.append((keyword, value))
        else:
            raise BadQuery(f"{name[:64]!r} is not an attribute")
    return Query(level, (study, series), tuple(criteria), tuple(include), limit, offset)


def _fields(level: str, value: str) -> Iterator[str]:
    for each in value.split(","):
        if each == "all":
            yield from _LEVEL_TAGS[level]
        elif keyword := keyword_of(each):
            yield keyword
        else:
            raise BadQuery(f"includefield={each[:64]!r} is not an attribute")


def answer(archive: Archive, asked: Query, base: str) -> list[Json]:
    found = [
        item
        for item in _items(archive, asked, base)
        if all(matches(item, keyword, value) for keyword, value in asked.criteria)
    ]
    return found[asked.offset : asked.offset + asked.limit]


def _items(archive: Archive, asked: Query, base: str) -> Iterator[Json]:
    study, series = asked.narrow
    for each in [study] if study else archive.studies():
        if asked.level == "studies":
            yield _study(archive, each, asked, base)
            continue
        for inner in [series] if series else archive.series(each):
            instances = archive.instances(each, inner)
            if asked.level == "series" and instances:
                yield _series(instances, archive, asked, base)
            elif asked.level == "instances":
                yield from (_instance(one, asked, base) for one in instances)


def _wanted(level_tags: Sequence[str], asked: Query) -> list[str]:
    extra = [keyword for keyword, _ in asked.criteria]
    return [each for each in (*level_tags, *asked.include, *extra) if each not in _COMPUTED]


def _study(archive: Archive, study: str, asked: Query, base: str) -> Json:
    instances = archive.instances(study)
    item = attributes(instances[0], _wanted(STUDY_TAGS, asked))
    item |= _study_counts(archive, study, instances)
    return item | _address(f"{base}/studies/{study}")


def _study_counts(archive: Archive, study: str, instances: Sequence[Instance]) -> Json:
    firsts = [archive.instances(study, each)[0] for each in archive.series(study)]
    modalities = sorted({str(each.header.get("Modality") or "OT") for each in firsts})
    return {
        "00080061": {"vr": "CS", "Value": modalities},
        "00201206": _number(len(firsts)),
        "00201208": _number(len(instances)),
    }


def _series(instances: Sequence[Instance], archive: Archive, asked: Query, base: str) -> Json:
    first = instances[0]
    tags = SERIES_TAGS if asked.narrow[0] else STUDY_TAGS + SERIES_TAGS
    item = attributes(first, _wanted([*tags, "StudyInstanceUID"], asked))
    if not asked.narrow[0]:
        item |= _study_counts(archive, first.study, archive.instances(first.study))
    item["00201209"] = _number(len(instances))
    return item | _address(f"{base}/studies/{first.study}/series/{first.series}")


def _instance(instance: Instance, asked: Query, base: str) -> Json:
    tags: Iterable[str] = INSTANCE_TAGS
    if not asked.narrow[1]:
        tags = [*SERIES_TAGS, *INSTANCE_TAGS]
    if not asked.narrow[0]:
        tags = [*STUDY_TAGS, *tags]
    item = attributes(instance, _wanted([*tags, "StudyInstanceUID", "SeriesInstanceUID"], asked))
    item["00083002"] = {"vr": "UI", "Value": [str(instance.transfer_syntax)]}
    series = f"{base}/studies/{instance.study}/series/{instance.series}"
    return item | _address(f"{series}/instances/{instance.sop}")


def _number(value: int) -> Json:
    return {"vr": "IS", "Value": [value]}


def _address(url: str) -> Json:
    return {"00081190": {"vr": "UR", "Value": [url]}}
