"""Who the study and the report are about."""

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import evolve, frozen


@frozen
class PatientKey:
    """An identifier is unique only together with who issued it."""

    id: str
    issuer: str


@frozen
class Patient:
    """The identity every view, report and dialog shows, in the same words and order.

    `name` is for display ("Family, Given"), `sex` is M, F, O or empty.
    """

    name: str
    id: str
    issuer: str
    birth_date: date | None
    sex: str

    @property
    def key(self) -> PatientKey:
        return PatientKey(self.id, self.issuer)

    def may_be(self, other: "Patient") -> bool:
        """Same ID, birth date and sex, as far as both say; False is another person.

        The issuers are compared only where both are of one naming system: an order names
        its issuer by URI, a DICOM object by a word, and the two cannot be held together.
        """
        born = None in (self.birth_date, other.birth_date) or self.birth_date == other.birth_date
        sexes = {self.sex, other.sex} & {"M", "F"}
        comparable = (":" in self.issuer) == (":" in other.issuer)
        issued = not self.issuer or not other.issuer or self.issuer == other.issuer
        return self.id == other.id and born and len(sexes) < 2 and (issued or not comparable)

    def age_years(self, on: date) -> int | None:
        """Completed years on a day, None where the birth date is not known."""
        born = self.birth_date
        if born is None or born > on:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def persons(patients: Iterable[Patient]) -> Mapping[Patient, Patient]:
    """For each identity what all that may be the same person say together.

    Two identities of one value may be one person; of two values they cannot be.
    """
    groups: list[list[Patient]] = []
    for patient in dict.fromkeys(patients):
        may_be = (group for group in groups if all(map(patient.may_be, group)))
        group = next(may_be, None)
        if group is None:
            groups.append([patient])
        else:
            group.append(patient)
    return {each: _together(group) for group in groups for each in group}


def _together(alike: list[Patient]) -> Patient:
    return evolve(
        alike[0],
        issuer=next((each.issuer for each in alike if each.issuer), ""),
        birth_date=next((each.birth_date for each in alike if each.birth_date), None),
        sex=max((each.sex for each in alike), key=("", "O", "F", "M").index),
    )
