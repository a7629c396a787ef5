"""The person who reads, and where the law lets them."""

from datetime import date

from attrs import frozen


@frozen
class Licence:
    """A licence to practise in one jurisdiction (ISO 3166-2), both days included."""

    number: str
    jurisdiction: str
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, jurisdiction: str, day: date) -> bool:
        return (
            self.jurisdiction == jurisdiction
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@frozen
class Reader:
    """A reader as one site knows them; `id` is the FHIR reference, "Practitioner/17"."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    licences: tuple[Licence, ...] = ()
    modalities: frozenset[str] = frozenset()  # privileged for at this site; empty: for all


@frozen
class Colleague:
    """Somebody else who reads at a site."""

    id: str  # "Practitioner/8"
    name: str
