"""Which engine draws, and what the reader is told about it."""

from attrs import frozen

from workstation.text import tr


@frozen
class EngineChoice:
    """`name` stands in `state` and on the status bar; `notice` says what is not as it could be."""

    name: str
    notice: str = ""


def choose() -> EngineChoice:
    """The CPU engine: the exact one, on every machine. A GPU engine has yet to earn its place."""
    return EngineChoice("cpu", tr("software rendering"))
