"""The text of a file that somebody else wrote: not too large, and UTF-8."""

from workstation.text import tr


def text_of(body: bytes, most: int) -> str:
    """Raises ValueError with a sentence for who wrote it."""
    if len(body) > most:
        raise ValueError(tr("the file is larger than {n} bytes", n=most))
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start
        raise ValueError(tr("the file is not UTF-8 text at byte {at}", at=at)) from None
