"""Commands of critical results, as keys, scripts and voice send them."""

from types import SimpleNamespace
from typing import cast

import pytest

from workstation.commands import critical
from workstation.commands.context import CommandContext
from workstation.commands.registry import Registry


@pytest.mark.parametrize(
    ("line", "read_back"),
    [
        ("critical.told", False),
        ('critical.told "Dr. Lee Proxy" phone', False),
        ('critical.told "Dr. Lee Proxy" phone no', False),
        ('critical.told "Dr. Lee Proxy" phone yes', True),
    ],
)
def test_a_report_says_read_back_only_where_somebody_said_so(line: str, *, read_back: bool) -> None:
    """It stands in the record as a fact: what nobody said is no."""
    found: list[bool] = []
    context = SimpleNamespace(
        active=frozenset({"report"}),
        critical=SimpleNamespace(
            next_person=SimpleNamespace(name="Dr. Lee Proxy"),
            record=lambda *_, read_back, at: found.append(read_back),
        ),
        windows=SimpleNamespace(tell=lambda _: None),
    )
    Registry(critical.COMMANDS).run(line, cast(CommandContext, context))
    assert found == [read_back]
