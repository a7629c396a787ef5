"""The probe of OpenGL: whatever a driver does to the child, the program goes on and says so."""

import sys

import pytest

from workstation.adapters.opengl import OpenGl, probed


def child(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_what_the_driver_calls_itself_is_told() -> None:
    said = """print('{"renderer": "NVIDIA RTX A2000", "version": "4.6"}')"""

    assert probed(child(said)) == OpenGl("NVIDIA RTX A2000", "4.6")


@pytest.mark.parametrize(
    ("renderer", "hardware"),
    [
        ("AMD Radeon Pro W6600", True),
        ("llvmpipe (LLVM 15.0.6, 256 bits)", False),
        ("Microsoft Basic Render Driver", False),
        ("GDI Generic", False),
        ("Apple Software Renderer", False),
        ("", False),
    ],
)
def test_the_processor_in_disguise_is_no_graphics_card(renderer: str, hardware: bool) -> None:
    """It would be slower than our own engine."""
    assert OpenGl(renderer).is_hardware is hardware


def test_a_driver_that_kills_the_child_leaves_us_alone() -> None:
    """Exit 139 where neither EGL nor OSMesa is there (issue 5)."""
    found = probed(child("import os; os.abort()"))

    assert found.renderer == ""
    assert "ended the probe" in found.why


def test_a_driver_that_hangs_is_not_waited_for() -> None:
    found = probed(child("import time; time.sleep(60)"), seconds=0.2)

    assert "does not answer" in found.why


@pytest.mark.parametrize("said", ["", "warning: no display", '{"why": "no context"}', "[]"])
def test_an_answer_that_is_none_is_no_opengl(said: str) -> None:
    assert "no OpenGL context" in probed(child(f"print({said!r})")).why


def test_a_child_that_cannot_start_is_told() -> None:
    assert probed(["/nonexistent/workstation"]).why
