"""docs/validation.md names tests that exist: a guard that is gone is no guard."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs/validation.md").read_text("utf-8"))


@pytest.mark.parametrize("named", [name for name in NAMED if not name.endswith("validation.py")])
def test_a_hazard_is_guarded_by_a_test_that_exists(named: str) -> None:
    """A control whose test was renamed away is a control nobody checks."""
    file, _, test = named.partition("::")
    text = (ROOT / file).read_text("utf-8")

    assert f"def {test or 'test_'}" in text
