"""Scripts are what a reader could have typed, one line after the other."""

from collections.abc import Callable
from typing import Any

import pytest

from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.script import ScriptFailed, lines_of, run_script


def at_once(_seconds: float, fn: Callable[[], None]) -> None:
    fn()


def test_comments_and_empty_lines_are_not_commands() -> None:
    """A script is documentation too; a # inside quotes is report text."""
    text = "# title\n\ncase.next  # the most urgent\nreport.set findings 'nodule #2'\n"

    assert [line.text for line in lines_of(text)] == [
        "case.next",
        "report.set findings 'nodule #2'",
    ]


def test_the_next_line_waits_for_the_one_before() -> None:
    """A measurement on an image that is not there yet would be a different script."""
    slow: Job[Any] = Job()
    sent: list[str] = []

    def run(line: str) -> Job[Any] | None:
        sent.append(line)
        return slow if line == "case.open A" else None

    done = run_script(lines_of("case.open A\ntool.length 1 1 2 2"), run, at_once)
    before = list(sent)
    slow.settle(None)

    assert before == ["case.open A"]
    assert sent == ["case.open A", "tool.length 1 1 2 2"]
    assert done.done
    assert done.error is None


@pytest.mark.parametrize("late", [False, True])
def test_the_first_failing_line_stops_the_script_and_is_named(late: bool) -> None:
    """A script that signs after a failed measurement would sign something else."""
    sent: list[str] = []

    def run(line: str) -> Job[Any] | None:
        sent.append(line)
        if not late:
            raise CommandError("no case is open")
        job: Job[Any] = Job()
        job.settle(None, CommandError("no case is open"))
        return job

    done = run_script(lines_of("# x\nviewport.go 3\nreport.sign"), run, at_once)

    with pytest.raises(ScriptFailed, match=r"line 2: viewport.go 3: no case is open"):
        done.result()
    assert sent == ["viewport.go 3"]
