"""The kinds of settings, in the words of errors and of the settings page."""

from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from workstation.text import tr


def kind_in_words(hint: Any) -> str:
    words = {
        str: tr("a text in quotes"),
        bool: tr("true or false"),
        int: tr("a whole number"),
        float: tr("a number"),
    }
    if get_origin(hint) is Literal:
        return tr("one of {choices}", choices=", ".join(f"`{each}`" for each in get_args(hint)))
    if Path in get_args(hint) and NoneType in get_args(hint):
        return tr("a path")
    return words[getattr(hint, "__supertype__", hint)]
