"""What decision aids proposed and a reader took, in the DiagnosticReport: under its signature."""

from typing import Any, Final

from workstation.domain.report import SignedReport

_URL: Final = "urn:reading-workstation:decision-aid"


def advice(signed: SignedReport) -> list[dict[str, Any]]:
    """An extension for each whose sentence still stands in the report as it was proposed."""
    texts = [each.text for _, each in signed.report.fields if each.filled]
    return [
        {
            "url": _URL,
            "extension": [
                {"url": "aid", "valueString": each.aid},
                {"url": "version", "valueString": each.version},
                *({"url": "input", "valueString": f"{key}={value}"} for key, value in each.inputs),
                {"url": "words", "valueString": each.words},
            ],
        }
        for each in signed.report.aids
        if any(each.words in text for text in texts)
    ]
