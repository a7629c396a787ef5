"""Scripts: command lines from a file, one after the other, as if a reader sent them."""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen

from workstation.errors import WorkstationError
from workstation.services.jobs import Job
from workstation.services.lines import without_comment


@frozen
class ScriptLine:
    number: int
    text: str


class ScriptFailed(WorkstationError):
    """Names the line and the reason; nothing after it was run."""


def lines_of(text: str) -> tuple[ScriptLine, ...]:
    """The command lines of a script; `#` starts a comment, outside of quotes."""
    found = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = without_comment(raw).strip()
        if line:
            found.append(ScriptLine(number, line))
    return tuple(found)


def run_script(
    lines: Iterable[ScriptLine], run: Callable[[str], Job[Any] | None], pause: Callable[..., Any]
) -> Job[None]:
    """Send each line, wait for its job, then the next; the first failing line stops it.

    `pause(0, fn)` calls back on a later turn of the home thread, so that windows can draw
    between two lines.
    """
    done: Job[None] = Job()
    waiting = iter(lines)

    def failed(line: ScriptLine, error: BaseException) -> None:
        if isinstance(error, WorkstationError):
            error = ScriptFailed(f"line {line.number}: {line.text}: {error}")
        done.settle(None, error)

    def step() -> None:
        line = next(waiting, None)
        if line is None:
            done.settle(None)
            return
        try:
            job = run(line.text)
        except WorkstationError as error:
            failed(line, error)
            return
        if job is None:
            pause(0, step)
        else:
            job.then(lambda j: failed(line, j.error) if j.error is not None else pause(0, step))

    pause(0, step)
    return done
