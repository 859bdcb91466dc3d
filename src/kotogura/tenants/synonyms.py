"""A tenant's synonyms: the text that people write, and what it says.

The text is that of Solr and Elasticsearch. A line is a rule; `#` begins a comment, and a backslash
takes a comma, `#`, `=>` or a backslash as it is.

    有休, 年次有給休暇, 年休        each of them finds the others too
    部長, 課長 => 管理職            管理職 is found by these, and they are not by 管理職
"""

import re
from dataclasses import dataclass

from kotogura.errors import InvalidSynonyms
from kotogura.tenants.texts import WrongLine, read_lines, refuse

TEXT_LIMIT_BYTES = 100_000
RULE_LIMIT = 2_000
WORD_LIMIT = 20
"""So many words a rule has at most, both sides together."""
WORD_LIMIT_CHARACTERS = 100

_TOKEN = re.compile(r"\\(.)|(=>)|(,)|(#.*)|([^\\,#=]+|[\\=])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SynonymRule:
    """Whoever searches for one of `sources` finds `targets` too, and still the source itself."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]


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
    rules, wrong = read_lines(text, _rule)
    refuse(wrong, InvalidSynonyms)
    if len(rules) > RULE_LIMIT:
        raise InvalidSynonyms(f"there are above {RULE_LIMIT:,} rules; leave some out")
    return tuple(rule for _, rule in rules)


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
        raise WrongLine("there is more than one =>; make it several rules")
    if not all(all(side) for side in words):
        raise WrongLine("a word is missing beside a comma or =>; write one, or remove the sign")
    if sum(map(len, words)) > WORD_LIMIT:
        raise WrongLine(f"there are above {WORD_LIMIT} words; make it several rules")
    if any(len(word) > WORD_LIMIT_CHARACTERS for side in words for word in side):
        raise WrongLine(f"a word is above {WORD_LIMIT_CHARACTERS} characters; shorten it")
    if len(words) == 1 and len(words[0]) == 1:
        raise WrongLine("there is one word alone; add its synonyms after a comma or =>")
    return SynonymRule(tuple(words[0]), tuple(words[-1]))
