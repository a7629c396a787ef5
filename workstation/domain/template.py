"""A report template as a value: what it asks for, and which procedures it is for."""

from attrs import field, frozen

from workstation.domain.report import Binding, Report, Section, SectionKind, new_report_id
from workstation.domain.report_field import Field, FieldSpec


@frozen
class TemplateSection:
    kind: SectionKind
    title: str
    fields: tuple[FieldSpec, ...]


@frozen
class Template:
    """One MRRT template. The fitting rules are data of the file, not of the program.

    An empty rule asks for nothing: `free-text` fits everything and is preferred to nothing.
    """

    id: str
    title: str
    sections: tuple[TemplateSection, ...]
    language: str = "en"
    modalities: tuple[str, ...] = ()  # DICOM modality codes
    regions: tuple[str, ...] = ()  # every one must be named by the order
    special: tuple[str, ...] = ()  # at least one must be named: "pulmonary embolism"
    codes: tuple[str, ...] = ()  # procedure codes of a site
    max_age: int | None = None  # completed years, for children's templates
    sex: str = ""  # F or M, where it is made for patients of one sex alone
    notes: tuple[str, ...] = field(factory=tuple)  # what a foreign file made us leave out
    near: int = 0  # to the reader: the program's own 0, then of the site, the group, the reader

    def report(self, binding: Binding) -> Report:
        """A new draft with the defaults of this template, bound to its study for good."""
        sections = tuple(
            Section(s.kind, s.title, tuple(Field(f, text=f.default) for f in s.fields))
            for s in self.sections
        )
        return Report(new_report_id(), binding, self.id, sections, language=self.language)
