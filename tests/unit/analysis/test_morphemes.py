"""Pieces within Sudachi's limits, and morphemes for text of any length."""

import re
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sudachipy.errors import SudachiError

from kotogura.analysis.morphemes import morphemes, pieces
from kotogura.analysis.normalization import normalize
from kotogura.errors import UnanalyzableText
from tests.unit.analysis.texts import HOSTILE

SENTENCE_END = re.compile(r"[。．!?！？\n]")
TEXT = st.text(st.sampled_from("休a😀é。．!?\n、 "), max_size=120)
LIMIT = st.integers(4, 60)


@dataclass
class Word:
    first: int
    last: int

    def begin(self):
        return self.first

    def end(self):
        return self.last


class FussyTokenizer:
    """Refuses what it is told to, as Sudachi does; else gives one morpheme for each text."""

    def __init__(self, refuses):
        self._refuses = refuses
        self.texts = []

    def tokenize(self, text, _mode):
        if self._refuses(text):
            raise SudachiError("refused")
        self.texts.append(text)
        return [Word(0, len(text))]


def spans(text, tokenizer):
    return [(start + m.begin(), start + m.end()) for start, m in morphemes(text, tokenizer)]


@given(TEXT, LIMIT)
def test_pieces_cover_the_text_exactly_and_none_is_empty(text, limit):
    found = list(pieces(text, limit))
    assert "".join(text[start:end] for start, end in found) == text
    assert all(start < end for start, end in found)
    assert all(above[1] == below[0] for above, below in pairwise(found))


@given(TEXT, LIMIT)
def test_no_piece_is_above_the_limit(text, limit):
    assert all(len(text[start:end].encode()) <= limit for start, end in pieces(text, limit))


@given(TEXT, LIMIT)
def test_a_piece_is_cut_after_a_sentence_wherever_it_holds_an_end(text, limit):
    for start, end in list(pieces(text, limit))[:-1]:
        piece = text[start:end]
        assert SENTENCE_END.match(piece[-1]) or not SENTENCE_END.search(piece)


@given(TEXT, LIMIT)
def test_a_text_within_the_limit_stays_whole(text, limit):
    if text and len(text.encode()) <= limit:
        assert list(pieces(text, limit)) == [(0, len(text))]


def test_no_text_has_no_pieces():
    assert list(pieces("")) == []


def test_a_long_text_in_latin_letters_is_cut_after_sentences_too():
    text = "Is it so? " * 5000
    cuts = [text[start:end] for start, end in pieces(text)]
    assert len(cuts) == 4
    assert all(cut.endswith("?") for cut in cuts[:-1])


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_morphemes_of_a_hostile_text_cover_it_exactly(name, tokenizer):
    text = normalize(HOSTILE[name]).text
    found = spans(text, tokenizer)
    assert [start for start, _ in found] == [0, *(end for _, end in found)][: len(found)]
    assert (found[-1][1] if found else 0) == len(text)


def test_a_morphemes_place_counts_from_the_beginning_of_the_text(tokenizer):
    text = "。".join(["あ" * 3000] * 4) + "。関西国際空港"
    offset, last = list(morphemes(text, tokenizer))[-1]
    assert text[offset + last.begin() : offset + last.end()] == last.surface() == "関西国際空港"


def test_a_piece_that_is_refused_is_halved_until_it_is_not():
    tokenizer = FussyTokenizer(lambda text: len(text) > 3)
    text = "一二三四五六七八九十"
    assert spans(text, tokenizer) == [(0, 2), (2, 5), (5, 7), (7, 10)]
    assert "".join(tokenizer.texts) == text


def test_a_character_that_is_refused_by_itself_is_the_documents_fault():
    tokenizer = FussyTokenizer(lambda text: "鬼" in text)
    with pytest.raises(UnanalyzableText) as refused:
        spans("福は内鬼は外", tokenizer)
    assert "鬼" not in refused.value.detail
    assert tokenizer.texts == ["福は内"]


def test_what_was_found_before_a_refusal_is_given_out_first():
    found = morphemes("福は内鬼", FussyTokenizer(lambda text: "鬼" in text))
    assert next(found)[0] == 0


def test_another_error_of_the_tokenizer_is_not_hidden():
    class Broken:
        def tokenize(self, _text, _mode):
            raise RuntimeError("no dictionary")

    with pytest.raises(RuntimeError, match="no dictionary"):
        spans("休暇", Broken())
