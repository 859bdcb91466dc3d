"""A tenant's synonyms: the text that people write, what it says, and where it is kept.

The text is that of Solr and Elasticsearch. A line is a rule; `#` begins a comment, and a backslash
takes a comma, `#`, `=>` or a backslash as it is.

    有休, 年次有給休暇, 年休        each of them finds the others too
    部長, 課長 => 管理職            管理職 is found by these, and they are not by 管理職
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

from kotogura.errors import InvalidSynonyms
from kotogura.tenants.identity import TenantId

TEXT_LIMIT_BYTES = 100_000
RULE_LIMIT = 2_000
WORD_LIMIT = 20
"""So many words a rule has at most, both sides together."""
WORD_LIMIT_CHARACTERS = 100
SHOWN_ERROR_COUNT = 5

_TOKEN = re.compile(r"\\(.)|(=>)|(,)|(#.*)|([^\\,#=]+|[\\=])", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class SynonymRule:
    """Whoever searches for one of `sources` finds `targets` too, and still the source itself."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TenantSynonyms:
    """A tenant's synonyms as they are kept.

    Attributes:
        text: as it was written.
        version: 16 hexadecimal digits that differ with the text.
        updated_at: ISO 8601 in UTC; empty where nothing was ever kept.
    """

    text: str
    version: str
    updated_at: str = ""

    @classmethod
    def of(cls, text: str, updated_at: str = "") -> "TenantSynonyms":
        """Return synonyms with the version that their text has."""
        version = hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""
        return cls(text, version, updated_at)


class SynonymStore(Protocol):
    """Keeps tenants' synonyms. One suite, `tests/conformance/test_synonym_store.py`, holds."""

    def get(self, tenant: TenantId) -> TenantSynonyms:
        """Return what was kept last; an empty text if nothing ever was.

        Raises:
            StoreUnavailable, Throttled: a retry may help.
        """

    def put(self, tenant: TenantId, text: str) -> TenantSynonyms:
        """Keep `text`, which is valid, in the place of what was kept before; return it."""


def parse_synonyms(text: str) -> tuple[SynonymRule, ...]:
    """Return the rules of `text`, in their order.

    Raises:
        InvalidSynonyms: when it is too large, or lines are wrong; the first ones are told by
            number, with what is wrong there.

    >>> parse_synonyms("有休, 年休  # 休暇")
    (SynonymRule(sources=('有休', '年休'), targets=('有休', '年休')),)
    >>> parse_synonyms("部長 => 管理職")
    (SynonymRule(sources=('部長',), targets=('管理職',)),)
    """
    if len(text) > TEXT_LIMIT_BYTES or len(_bytes(text)) > TEXT_LIMIT_BYTES:
        raise InvalidSynonyms(f"the synonyms are above {TEXT_LIMIT_BYTES:,} bytes; shorten them")
    rules: list[SynonymRule] = []
    wrong: list[str] = []
    for number, line in enumerate(_LINE_END.split(text), start=1):
        try:
            rule = _rule(line)
        except _WrongLine as error:
            wrong.append(f"line {number}: {error}")
        else:
            rules += [rule] if rule else []
    if wrong:
        more = f"; and {len(wrong) - SHOWN_ERROR_COUNT} more" * (len(wrong) > SHOWN_ERROR_COUNT)
        raise InvalidSynonyms("; ".join(wrong[:SHOWN_ERROR_COUNT]) + more)
    if len(rules) > RULE_LIMIT:
        raise InvalidSynonyms(f"there are above {RULE_LIMIT:,} rules; leave some out")
    return tuple(rules)


class _WrongLine(Exception):
    """What is wrong with a line, for a person; it never quotes the line."""


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidSynonyms("the synonyms hold what is no Unicode character") from None


def _rule(line: str) -> SynonymRule | None:
    """Return the rule of a line, or None if there is none in it."""
    sides: list[list[str]] = [[""]]
    for escaped, arrow, comma, comment, plain in _TOKEN.findall(line):
        if comment:
            break
        if arrow:
            sides.append([""])
        elif comma:
            sides[-1].append("")
        else:
            sides[-1][-1] += escaped or plain
    words = [[" ".join(word.split()) for word in side] for side in sides]
    if words == [[""]]:
        return None
    if len(words) > 2:
        raise _WrongLine("there is more than one =>; make it several rules")
    if not all(all(side) for side in words):
        raise _WrongLine("a word is missing beside a comma or =>; write one, or remove the sign")
    if sum(map(len, words)) > WORD_LIMIT:
        raise _WrongLine(f"there are above {WORD_LIMIT} words; make it several rules")
    if any(len(word) > WORD_LIMIT_CHARACTERS for side in words for word in side):
        raise _WrongLine(f"a word is above {WORD_LIMIT_CHARACTERS} characters; shorten it")
    if len(words) == 1 and len(words[0]) == 1:
        raise _WrongLine("there is one word alone; add its synonyms after a comma or =>")
    return SynonymRule(tuple(words[0]), tuple(words[-1]))
