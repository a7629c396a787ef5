"""A command line as words, and words as a line: what keys, menus, palette and scripts send.

A quote begins a quotation where a word begins, and ends it where a word ends: `don't` and
`5' 11"` are words as they stand, `"left lower lobe"` is one word, and so is `'it's clear'`.
In double quotes `\\"` and `\\\\` are the signs themselves.
"""

from typing import Final

from workstation.errors import CommandError
from workstation.text import tr

_QUOTES: Final = "'\""


def split(line: str) -> list[str]:
    """The words of a line. Raises CommandError where a quotation does not end."""
    words: list[str] = []
    at = 0
    while (at := _next_word(line, at)) < len(line):
        if line[at] in _QUOTES:
            end = _end_of_quotation(line, at)
            if end < 0:
                raise CommandError(tr("a quote is not closed: {line}", line=line))
            words.append(_plain(line[at], line[at + 1 : end]))
            at = end + 1
        else:
            end = _end_of_word(line, at)
            words.append(line[at:end])
            at = end
    return words


def quoted(word: str) -> str:
    """A word as it stands in a line, so that `split` gives it back."""
    bare = word and word[0] not in _QUOTES + "#" and not any(letter.isspace() for letter in word)
    if bare:
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def without_comment(line: str) -> str:
    """What stands before a `#` that begins a word, outside of quotations."""
    at = 0
    while (at := _next_word(line, at)) < len(line):
        if line[at] == "#":
            return line[:at]
        end = _end_of_quotation(line, at) + 1 if line[at] in _QUOTES else _end_of_word(line, at)
        at = end or _end_of_word(line, at)  # a quotation without an end: refused when it runs
    return line


def _next_word(line: str, at: int) -> int:
    while at < len(line) and line[at].isspace():
        at += 1
    return at


def _end_of_word(line: str, at: int) -> int:
    while at < len(line) and not line[at].isspace():
        at += 1
    return at


def _end_of_quotation(line: str, start: int) -> int:
    """Where the quote stands that ends it; -1 where none does."""
    quote, at = line[start], start + 1
    while at < len(line):
        if quote == '"' and line[at] == "\\":
            at += 2
            continue
        if line[at] == quote and (at + 1 == len(line) or line[at + 1].isspace()):
            return at
        at += 1
    return -1


def _plain(quote: str, text: str) -> str:
    if quote == "'":
        return text
    made, letters = [], iter(text)
    for letter in letters:
        following = next(letters, "") if letter == "\\" else ""
        made.append(following if following in ('"', "\\") and following else letter + following)
    return "".join(made)
