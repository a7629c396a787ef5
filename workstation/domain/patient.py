"""Who the study and the report are about."""

from datetime import date

from attrs import frozen


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

    def age_years(self, on: date) -> int | None:
        """Completed years on a day, None where the birth date is not known."""
        born = self.birth_date
        if born is None or born > on:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
