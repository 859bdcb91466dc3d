import pytest
from tokenizers import Tokenizer

from kotogura.semantics.unigram_tokenizer import build_tokenizer, needed_for_japanese

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "会議", "会", "議", "～", "ガ", "A", "▁A", "<mask>"]
SCORES = [0.0, 0.0, 0.0, 0.0, -1.0, -2.0, -3.0, -3.1, -4.0, -4.1, -5.0, -5.1, 0.0]


@pytest.fixture
def tokenizer() -> Tokenizer:
    return build_tokenizer(PIECES, SCORES, {"\x01": "", "\t": " ", "\u200b": " "}, 8)


def test_a_text_stands_between_the_special_tokens(tokenizer: Tokenizer):
    assert tokenizer.encode("会議").tokens == ["<s>", "▁", "会議", "</s>"]


@pytest.mark.parametrize("text", ["会\x01議", "会議"])
def test_control_characters_vanish(tokenizer: Tokenizer, text: str):
    assert tokenizer.encode(text).tokens == ["<s>", "▁", "会議", "</s>"]


@pytest.mark.parametrize("text", ["会 A", "会\tA", "会\u200b  A", "会\u3000A"])
def test_runs_of_blanks_are_one(tokenizer: Tokenizer, text: str):
    assert tokenizer.encode(text).tokens == ["<s>", "▁", "会", "▁A", "</s>"]


def test_wide_and_decomposed_characters_are_normalised_but_the_wave_stays(tokenizer: Tokenizer):
    assert tokenizer.encode("Ａカ\u3099～").tokens == ["<s>", "▁A", "ガ", "～", "</s>"]


def test_an_unknown_character_is_unknown(tokenizer: Tokenizer):
    assert tokenizer.encode("한").ids == [0, 4, 3, 2]


def test_a_long_text_is_cut(tokenizer: Tokenizer):
    assert len(tokenizer.encode("会議" * 50)) == 8


def test_special_tokens_keep_their_ids_and_come_first_and_last():
    kept = needed_for_japanese(PIECES, SCORES)
    assert kept[:4] == [0, 1, 2, 3]
    assert kept[-1] == len(PIECES) - 1


@pytest.mark.parametrize(
    ("piece", "kept"),
    [
        ("サーバー", True),
        ("々", True),
        ("〇", True),
        ("。", True),
        ("①", True),
        ("▁2024", True),
        ("Ω", True),
        ("Ж", True),
        ("é", True),
        ("привет", False),
        ("école", False),
        ("한국", False),
        ("ไทย", False),
    ],
)
def test_pieces_are_kept_for_what_japanese_writes(piece: str, kept: bool):
    pieces = [*PIECES[:4], piece, "<mask>"]
    assert (4 in needed_for_japanese(pieces, [0.0] * 6)) is kept
