"""Passages by real tokenizers: none is longer than the model that embeds it may take."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from kotogura.errors import CorruptModel
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.passages import below_title, short_title, split_passages
from kotogura.semantics.token_measure import TokenizerMeasure, open_tokenizer, squeeze

from .foreign_models import unigram, word_piece

PREFIX = "文: "
LINES = st.lists(
    st.text(alphabet="会議室の予約を取り消す。、 Aab.\u200b\u3000ｶﾞ㌔㍿", max_size=60), max_size=12
).map("\n".join)


def manifest(maximum_tokens: int) -> ModelManifest:
    return ModelManifest(
        base="foreign",
        dimensions=32,
        maximum_tokens=maximum_tokens,
        query_prefix="",
        passage_prefix=PREFIX,
        pooling="mean",
        files={},
        created_at="",
    )


@pytest.mark.parametrize("tokenizer", [word_piece(), unigram(5)], ids=["wordpiece", "unigram"])
@given(body=LINES, title=LINES, most=st.integers(30, 80))
def test_no_passage_is_cut_off_by_the_model_that_embeds_it(
    tokenizer: Tokenizer, body: str, title: str, most: int
):
    measure = TokenizerMeasure(tokenizer, manifest(most))
    above = short_title(title, measure)
    for passage in split_passages(body, measure, title=above):
        text = squeeze(below_title(above, passage.text(body)))
        assert len(tokenizer.encode(PREFIX + text)) <= most


def test_a_text_that_another_goes_before_counts_its_blank():
    measure = TokenizerMeasure(unigram(5), manifest(64))
    assert measure.count(["会議", " 会議", "会議 室"]) == [3, 3, 5]
    assert measure.count([]) == []


def test_the_room_is_what_prefix_and_special_tokens_leave():
    tokenizer = word_piece()
    assert TokenizerMeasure(tokenizer, manifest(64)).room == 64 - len(tokenizer.encode(PREFIX))
    assert TokenizerMeasure(tokenizer, manifest(8192)).room == 256 - len(tokenizer.encode(PREFIX))
    assert TokenizerMeasure(tokenizer, manifest(2)).room == 1


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path):
    with pytest.raises(CorruptModel, match="tokenizer"):
        open_tokenizer(tmp_path)
