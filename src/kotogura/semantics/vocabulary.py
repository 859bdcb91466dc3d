"""Which of a tenant's words get an embedding, so that similar words can be found."""

import re
import unicodedata
from collections.abc import Iterable

DEFAULT_LIMIT = 20_000
_LONGEST_WORD = 40


def content_words(
    terms: Iterable[tuple[str, int]], *, limit: int = DEFAULT_LIMIT
) -> list[tuple[str, int]]:
    """Return the terms worth comparing, the most frequent first, then by term.

    Dropped are single kana, terms without any letter (numbers, punctuation, symbols), single Latin
    letters, and terms of over 40 characters; single kanji stay.

    Args:
        terms: pairs of a term and the number of documents that have it.
        limit: the most words to return.

    >>> content_words([("会議", 3), ("は", 9), ("税", 3), ("2024", 7), ("--", 2), ("PDF", 5)])
    [('PDF', 5), ('会議', 3), ('税', 3)]
    """
    kept = [(term, frequency) for term, frequency in terms if _has_content(term)]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    return kept[:limit]


def _has_content(term: str) -> bool:
    if not term or len(term) > _LONGEST_WORD or not any(map(_is_letter, term)):
        return False
    return len(term) > 1 or _is_kanji(term)


def _is_letter(character: str) -> bool:
    return unicodedata.category(character).startswith("L")


def _is_kanji(character: str) -> bool:
    return (
        re.match(r"CJK (UNIFIED|COMPATIBILITY) IDEOGRAPH", unicodedata.name(character, ""))
        is not None
    )
