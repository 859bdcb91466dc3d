"""Streams of terms over one field of a text: its words, their readings, grams of unknown words.

A term of the words of `body` has the field `body` in the index, one of its readings `body.reading`.
All streams of a field count the same units, which are kept once.
"""

from typing import Literal

Stream = Literal["word", "reading", "gram"]


def stream_field(field: str, stream: Stream) -> str:
    """Return what the index calls a stream of `field`.

    >>> stream_field("body", "word"), stream_field("body", "reading")
    ('body', 'body.reading')
    """
    return field if stream == "word" else f"{field}.{stream}"


def text_field(field: str) -> str:
    """Return the field of the text that a stream is about.

    >>> text_field("body.reading"), text_field("body")
    ('body', 'body')
    """
    return field.partition(".")[0]
