"""What the pages of the house name is there: files, make targets, commands, benchmarks."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workstation import arguments
from workstation.bench import BENCHES
from workstation.commands import catalogue

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
#: What a path begins with that is meant to be in the tree.
ROOMS = {
    each.name for base in (ROOT, ROOT / "workstation") for each in base.iterdir() if each.is_dir()
}
#: A command line of the program: its name and what it takes.
_COMMAND = re.compile(r"`([a-z]+\.[a-z-]+)(?: [^`]*)?`")
_BRACES = re.compile(r"\{([^{}]+)\}")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def spread(name: str) -> Iterator[str]:
    """`a/{b,c}.py` is a/b.py and a/c.py."""
    braces = _BRACES.search(name)
    if braces is None:
        yield name
        return
    for each in braces[1].split(","):
        yield from spread(name[: braces.start()] + each + name[braces.end() :])


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    """A page that leads nowhere costs whoever has a problem at night their time."""
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]

    assert [link for link in inside if not (page.parent / link).exists()] == []


def is_there(name: str) -> bool:
    """In the tree, or in the program as docs/house.md calls its rooms."""
    return any(list(base.glob(name.rstrip("/"))) for base in (ROOT, ROOT / "workstation"))


@pages
def test_every_file_of_the_tree_that_is_named_is_there(page: Path) -> None:
    """The plan of the house shows rooms that there are."""
    words = re.findall(r"`([\w{},./*-]+/[\w{},./*-]*)`", page.read_text("utf-8"))
    names = [name for each in words for name in spread(each) if name.split("/")[0] in ROOMS]

    assert [name for name in names if not is_there(name)] == []


@pages
def test_what_can_be_typed_exists(page: Path) -> None:
    """`make X`, `bench X`, `workstation X` and every command line of the program."""
    text = page.read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    parser = arguments.parser()
    (verbs,) = [x.choices for x in parser._actions if isinstance(x, argparse._SubParsersAction)]
    commands = {command.id for command in catalogue.COMMANDS}
    families = {each.partition(".")[0] for each in commands if "." in each}

    targets = re.findall(r"`make ([a-z]+)", text)
    assert [each for each in targets if f"\n{each}:" not in makefile] == []
    benches = re.findall(r"`(?:workstation )?bench ([a-z-]+)", text)
    assert [each for each in benches if each not in BENCHES] == []
    words = re.findall(r"`workstation ([a-z]+)", text)
    assert [each for each in words if each not in verbs] == []
    named = [each for each in _COMMAND.findall(text) if each.partition(".")[0] in families]
    assert [each for each in named if each not in commands] == []
