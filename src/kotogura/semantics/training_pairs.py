"""Training pairs out of unlabelled documents: a title, heading or question and the text below."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kotogura.semantics.headings import is_heading, is_question, without_marks
from kotogura.semantics.passages import short_title, split_passages
from kotogura.semantics.token_measure import TokenMeasure

HELD_OUT_SHARE = 0.2
FEWEST_WATCHED_OVER = 160
MOST_WATCHED = 64
_PASSAGES_PER_TITLE = 2
_MOST_LEADS = 3
MOST_PASSAGES_PER_DOCUMENT = 8
MOST_PAIRS_PER_DOCUMENT = 4
_SHORTEST_QUERY = 2
_SHORTEST_PASSAGE = 15
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_LETTERS = 0.6  # of a query's visible characters; code has fewer


@dataclass(frozen=True, slots=True)
class TrainingDocument:
    """A document as the trainer sees it."""

    document_id: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class TrainingPair:
    """A text that could have been asked, and a passage of `document_id` that answers it."""

    query: str
    passage: str
    document_id: str


@dataclass(frozen=True, slots=True)
class BarePassage:
    """A passage without the lines above its text, which would give the answer away.

    Attributes:
        leads: the headings and questions that stood above, outermost first, without their marks.
        text: the rest, never blank.
    """

    leads: tuple[str, ...]
    text: str


def bare_passages(document: TrainingDocument, measure: TokenMeasure) -> list[BarePassage]:
    r"""Return the document's passages with title, headings and questions set apart from the text.

    They are the ones that are searched: `measure` is of the model that will embed them.

    >>> from kotogura.semantics.token_measure import CharacterMeasure
    >>> body = "休暇規程\n\n# 申請\n三日前までに申請します。"
    >>> bare_passages(TrainingDocument("1", "休暇規程", body), CharacterMeasure(200))
    [BarePassage(leads=('申請',), text='三日前までに申請します。')]
    """
    title = without_marks(document.title)
    bare = []
    above = short_title(document.title, measure)
    for index, passage in enumerate(split_passages(document.body, measure, title=above)):
        leads, lines = _leads(passage.text(document.body).split("\n"))
        if index == 0 and lines and not leads and without_marks(lines[0]) == title:
            lines = lines[1:]
        text = "\n".join(without_marks(line) for line in lines).strip()
        if index == 0 and title:
            text = text.removeprefix(title).lstrip()
        if text:
            bare.append(BarePassage(tuple(lead for lead in leads if lead != title), text))
    return bare


def _leads(lines: Sequence[str]) -> tuple[list[str], Sequence[str]]:
    """Return the leading headings and questions without their marks, and the other lines.

    More than `_MOST_LEADS` in a row, or leads without anything below, are a list and hence text.
    """
    leads: list[str] = []
    alone = True
    for index, line in enumerate(lines):
        if line.strip() and not (is_heading(line, alone=alone) or is_question(line)):
            return (leads, lines[index:]) if len(leads) <= _MOST_LEADS else ([], lines)
        alone = not line.strip()
        leads += filter(None, [without_marks(line)])
    return [], lines


def make_pairs(documents: Iterable[TrainingDocument], measure: TokenMeasure) -> list[TrainingPair]:
    r"""Return a title with its opening passages, a heading or question with what is below.

    A heading that several documents share ("概要") asks nothing by itself, so the title goes before
    it. Texts of a character or two, queries that read as code, and repeated pairs are left out.
    Of one document come at most `MOST_PAIRS_PER_DOCUMENT` pairs, all from its first
    `MOST_PASSAGES_PER_DOCUMENT` passages: its title's opening, a heading's passage, its title's
    next passage, then more headings', which their hashes choose. A manual of a thousand pages is
    not a thousand times as important. The same documents always give the same pairs.

    >>> from kotogura.semantics.token_measure import CharacterMeasure
    >>> body = "# 申請\n休暇は三日前までに申請します。"
    >>> documents = [TrainingDocument("1", "休暇規程", body)]
    >>> for pair in make_pairs(documents, CharacterMeasure(200)):
    ...     print(pair.query, "→", pair.passage)
    休暇規程 → 休暇は三日前までに申請します。
    申請 → 休暇は三日前までに申請します。
    """
    read = [
        (document, bare_passages(document, measure)[:MOST_PASSAGES_PER_DOCUMENT])
        for document in documents
    ]
    spread = Counter(
        lead for _, passages in read for lead in {lead for bare in passages for lead in bare.leads}
    )
    pairs: dict[TrainingPair, None] = {}
    for document, passages in read:
        pairs |= dict.fromkeys(_chosen(document, passages, spread))
    return list(pairs)


def _chosen(
    document: TrainingDocument, passages: Sequence[BarePassage], spread: Counter[str]
) -> list[TrainingPair]:
    title = without_marks(document.title)
    by_title = [(title, bare.text) for bare in passages[:_PASSAGES_PER_TITLE]]
    by_lead = [
        (f"{title} {lead}" if spread[lead] > 1 else lead, bare.text)
        for bare in passages
        for lead in bare.leads
    ]
    by_lead.sort(key=lambda asked: (_place("\0".join(asked)), asked))
    pairs = dict.fromkeys(
        TrainingPair(query, text, document.document_id)
        for query, text in (*by_title[:1], *by_lead[:1], *by_title[1:], *by_lead[1:])
        if teaches(query, text)
    )
    return list(pairs)[:MOST_PAIRS_PER_DOCUMENT]


def teaches(query: str, passage: str) -> bool:
    """Tell whether both are long enough to learn from, and the query is made of words."""
    return len(query) >= _SHORTEST_QUERY and len(passage) >= _SHORTEST_PASSAGE and _reads(query)


def _reads(query: str) -> bool:
    """Tell whether `query` is made of words rather than of signs and digits."""
    visible = len("".join(query.split()))
    return len(_LETTER.findall(query)) >= max(1, _FEWEST_LETTERS * visible)


def spread_over_documents(pairs: Sequence[TrainingPair], most: int) -> list[TrainingPair]:
    """Return at most `most` of `pairs`: the first of every document, then every second, and so on.

    Where not all documents' n-th fit, their hashes choose. The order of `pairs` is kept.

    >>> pairs = [TrainingPair("q", text, "1") for text in "ab"] + [TrainingPair("q", "c", "2")]
    >>> [pair.passage for pair in spread_over_documents(pairs, 2)]
    ['a', 'c']
    """
    turns: Counter[str] = Counter()
    ranked = []
    for index, pair in enumerate(pairs):
        ranked.append((turns[pair.document_id], _place(pair.document_id), index))
        turns[pair.document_id] += 1
    chosen = sorted(index for *_, index in sorted(ranked)[:most])
    return [pairs[index] for index in chosen]


def held_out(document_id: str) -> bool:
    """Tell whether the document belongs to the fifth that is never trained on.

    Its id's hash decides, so that trainings months apart are judged by the same documents.
    """
    return _place(document_id) < HELD_OUT_SHARE


def held_out_ids(document_ids: Iterable[str]) -> frozenset[str]:
    """Return which documents to hold out: those of `held_out`, but never too few or too many.

    In a small corpus the hash may pick none or half. The result has at least a tenth and at most
    two fifths of the documents, rounded up and down: those whose hashes come first. From two
    documents on, both sides have one; a hundred documents or more practically always get `held_out`
    itself.

    >>> ids = [str(number) for number in range(1000)]
    >>> held_out_ids(ids) == set(filter(held_out, ids)), len(held_out_ids("abcdefgh")) in (1, 2, 3)
    (True, True)
    """
    ids = sorted(set(document_ids), key=lambda document_id: (_place(document_id), document_id))
    chosen = sum(map(held_out, ids))
    fewest = math.ceil(len(ids) / 10) if len(ids) > 1 else 0
    most = max(fewest, math.floor(len(ids) * 2 / 5))
    return frozenset(ids[: min(max(chosen, fewest), most)])


def watched_ids(document_ids: Iterable[str]) -> frozenset[str]:
    """Return which of the documents not held out only choose among weights: a tenth, 64 at most.

    Hashes choose. Fewer than `FEWEST_WATCHED_OVER` documents can't spare any.
    """
    ids = sorted(
        set(document_ids), key=lambda document_id: (_place(f"watch\0{document_id}"), document_id)
    )
    if len(ids) < FEWEST_WATCHED_OVER:
        return frozenset()
    return frozenset(ids[: min(MOST_WATCHED, len(ids) // 10)])


def _place(document_id: str) -> float:
    """Return where the id's hash falls between 0 and 1."""
    first = hashlib.sha256(document_id.encode("utf-8", "surrogatepass")).digest()[:8]
    return int.from_bytes(first) / 2**64
