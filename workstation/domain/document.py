"""A document that is read as text: what a structured report says, ready to be shown."""

from attrs import frozen


@frozen
class DocumentLine:
    """One line as it is read: plain characters, never markup (SEC-08).

    Its first `named` letters say what follows: "Finding:", "Author:". `refers` is the SOP
    Instance UID in it, where it names another object.
    """

    text: str
    depth: int = 0  # 0: of the document itself
    heading: bool = False
    named: int = 0
    refers: str = ""


@frozen
class TextDocument:
    """Its title, then its lines in the order of the object."""

    title: str
    lines: tuple[DocumentLine, ...]
