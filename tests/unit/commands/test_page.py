"""docs/commands.md is the commands themselves."""

from pathlib import Path

from workstation.commands import catalogue
from workstation.commands.page import made

PAGE = Path(__file__).parents[3] / "docs" / "commands.md"


def test_the_page_of_commands_is_the_commands() -> None:
    """A key that the page names and the program does not know costs a reader their trust.

    `python -m workstation.commands.page > docs/commands.md` writes it anew.
    """
    assert PAGE.read_text("utf-8") == made()


def test_the_page_names_every_command_once() -> None:
    lines = PAGE.read_text("utf-8").splitlines()

    for command in catalogue.COMMANDS:
        rows = [
            line for line in lines if line.startswith((f"| `{command.id}`", f"| `{command.id} "))
        ]
        assert len(rows) == 1, command.id
