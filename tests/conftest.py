"""Fixtures that more than one room needs."""

import os

# No screen is needed, and Qt must not start a session bus of its own (it hung a run).
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("DBUS_SESSION_BUS_ADDRESS", "disabled:")


from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from demo_platform import DemoPlatform, start_platform

# A busy machine is no reason to fail: what takes how long stands in docs/performance.md.
hypothesis.settings.register_profile("workstation", deadline=None, max_examples=60)
hypothesis.settings.load_profile("workstation")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[DemoPlatform]:
    """A demo platform of this test alone, with the phantoms."""
    with start_platform(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def shared_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    """One demo platform for tests that leave it as they found it: they read, or use their own
    resources, and set no faults.
    """
    with start_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running
