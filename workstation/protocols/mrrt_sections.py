"""Which section of a report a section of a template is: by its code, else by its name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lxml import etree

from workstation.domain.report import SECTION_LOINC, SectionKind

#: What the sections of public templates are called (English and German), and our word.
SECTION_NAMES: Final[Mapping[str, SectionKind]] = MappingProxyType(
    {
        "indication": SectionKind.INDICATION,
        "clinical information": SectionKind.INDICATION,
        "clinical history": SectionKind.INDICATION,
        "history": SectionKind.INDICATION,
        "klinische angaben": SectionKind.INDICATION,
        "technique": SectionKind.TECHNIQUE,
        "procedure": SectionKind.TECHNIQUE,
        "procedure information": SectionKind.TECHNIQUE,
        "technik": SectionKind.TECHNIQUE,
        "comparison": SectionKind.COMPARISON,
        "comparisons": SectionKind.COMPARISON,
        "vergleich": SectionKind.COMPARISON,
        "findings": SectionKind.FINDINGS,
        "observations": SectionKind.FINDINGS,
        "befund": SectionKind.FINDINGS,
        "impression": SectionKind.IMPRESSION,
        "conclusion": SectionKind.IMPRESSION,
        "conclusions": SectionKind.IMPRESSION,
        "summary": SectionKind.IMPRESSION,
        "beurteilung": SectionKind.IMPRESSION,
    }
)
_BY_LOINC: Final = MappingProxyType({code: kind for kind, code in SECTION_LOINC.items()})


def coded(root: etree._Element) -> Mapping[str, SectionKind]:
    """Sections by what the file calls them (`ORIGTXT`), where it gives them a LOINC code of ours.

    The attributes are XML within a script that nobody runs; in public files often broken.
    """
    found: dict[str, SectionKind] = {}
    for script in root.iter("script"):
        if script.get("type") != "text/xml" or not script.text:
            continue
        parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
        try:
            inner = etree.fromstring(script.text.strip().encode(), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        for entry in inner.iter("entry") if inner is not None else ():
            for code in entry.iter("code"):
                kind = _BY_LOINC.get(code.get("value", ""))
                if kind is not None and code.get("scheme", "").upper() == "LOINC":
                    found.setdefault(entry.get("ORIGTXT", ""), kind)
    return found
