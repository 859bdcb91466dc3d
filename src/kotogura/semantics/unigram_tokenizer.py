"""Builds the base model's tokenizer, whole or with the vocabulary that Japanese needs."""

import json
import unicodedata
from collections.abc import Mapping, Sequence

from tokenizers import Tokenizer

SPECIAL_PIECES = ("<s>", "<pad>", "</s>", "<unk>")
MASK_PIECE = "<mask>"
_SPACE = "\u2581"
# Stands for a character that must survive NFKC; private use, so no text means anything by it.
_SHELTER = "\ue000"
_WIDE_TILDE = "\uff5e"
# Latin pieces come from a hundred languages, the most frequent first; technical Japanese borrows
# from the front.
LATIN_PIECE_COUNT = 20_000


def needed_for_japanese(pieces: Sequence[str], scores: Sequence[float]) -> list[int]:
    """Return the ids, ascending, of the pieces with which Japanese text splits as before.

    Kept are the special pieces, every piece made of kana, kanji, punctuation, symbols and digits,
    every single Latin, Greek or Cyrillic letter (JIS X 0208 has them), and the `LATIN_PIECE_COUNT`
    most probable ASCII pieces.

    >>> pieces = ["<s>", "<pad>", "</s>", "<unk>", "東京", "▁de", "привет", "サーバー", "<mask>"]
    >>> needed_for_japanese(pieces, [0.0, 0, 0, 0, -5, -4, -6, -7, 0])
    [0, 1, 2, 3, 4, 5, 7, 8]
    """
    special = {*SPECIAL_PIECES, MASK_PIECE}
    kept, latin = [], []
    for index, piece in enumerate(pieces):
        bare = piece.replace(_SPACE, "")
        if piece in special or all(map(_is_japanese, bare)):
            kept.append(index)
        elif bare.isascii():
            latin.append(index)
        elif len(bare) == 1 and _is_european(bare):
            kept.append(index)
    latin.sort(key=lambda index: (-scores[index], index))
    letters = [index for index in latin if len(pieces[index]) == 1]
    return sorted({*kept, *letters, *latin[:LATIN_PIECE_COUNT]})


def _is_japanese(character: str) -> bool:
    name = unicodedata.name(character, "")
    if name.startswith(("HIRAGANA", "KATAKANA", "CJK ", "IDEOGRAPHIC", "KANGXI")):
        return True
    # Punctuation, symbols and numbers, whatever the script they are named for.
    return unicodedata.category(character)[0] in "PSN" and not character.isalpha()


def _is_european(character: str) -> bool:
    return unicodedata.name(character, "").startswith(("LATIN", "GREEK", "CYRILLIC"))


def build_tokenizer(
    pieces: Sequence[str],
    scores: Sequence[float],
    character_map: Mapping[str, str],
    maximum_tokens: int,
) -> Tokenizer:
    """Return a Unigram tokenizer, an ordinary `tokenizer.json`, that splits as the original does.

    Characters are normalised by NFKC, plus what `character_map` deletes, turns into a space, or
    leaves alone although NFKC would not. Unlike the original, NFKC also composes decomposed kana.

    Args:
        pieces: by id; begins with `SPECIAL_PIECES` and ends with `MASK_PIECE`.
        scores: log-probability of each piece.
        character_map: what single characters become.
        maximum_tokens: where a text is cut, special tokens included.
    """
    description = {
        "version": "1.0",
        "truncation": {
            "direction": "Right", "max_length": maximum_tokens, "strategy": "LongestFirst",
            "stride": 0,
        },
        "padding": None,
        "added_tokens": [
            *(_added_token(index, piece) for index, piece in enumerate(SPECIAL_PIECES)),
            _added_token(len(pieces) - 1, MASK_PIECE),
        ],
        "normalizer": _normalizer(character_map),
        "pre_tokenizer": {
            "type": "Metaspace", "replacement": _SPACE, "prepend_scheme": "always", "split": False,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [_special("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, _special("</s>")],
            "pair": [
                _special("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, _special("</s>"),
                _special("</s>"), {"Sequence": {"id": "B", "type_id": 0}}, _special("</s>"),
            ],
            "special_tokens": {
                piece: {"id": piece, "ids": [index], "tokens": [piece]}
                for index, piece in ((0, "<s>"), (2, "</s>"))
            },
        },
        "decoder": {
            "type": "Metaspace", "replacement": _SPACE, "prepend_scheme": "always", "split": False,
        },
        "model": {
            "type": "Unigram", "unk_id": 3, "byte_fallback": False,
            "vocab": [
                [piece, float(score)] for piece, score in zip(pieces, scores, strict=True)
            ],
        },
    }  # fmt: skip
    tokenizer: Tokenizer = Tokenizer.from_str(json.dumps(description))
    return tokenizer


def _added_token(index: int, piece: str) -> dict[str, object]:
    flags = {
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }
    return {"id": index, "content": piece, **flags}


def _special(piece: str) -> dict[str, object]:
    return {"SpecialToken": {"id": piece, "type_id": 0}}


def _normalizer(character_map: Mapping[str, str]) -> dict[str, object]:
    deleted = "".join(character for character, becomes in character_map.items() if not becomes)
    spaces = "".join(
        character
        for character, becomes in character_map.items()
        if becomes == " " and unicodedata.normalize("NFKC", character) != " "
    )
    steps: list[dict[str, object]] = [
        _replace({"Regex": _character_class(deleted)}, ""),
        _replace({"Regex": _character_class(spaces)}, " "),
        _replace({"String": _WIDE_TILDE}, _SHELTER),
        {"type": "NFKC"},
        _replace({"String": _SHELTER}, _WIDE_TILDE),
        _replace({"Regex": " {2,}"}, " "),
    ]
    return {"type": "Sequence", "normalizers": steps}


def _replace(pattern: dict[str, str], content: str) -> dict[str, object]:
    return {"type": "Replace", "pattern": pattern, "content": content}


def _character_class(characters: str) -> str:
    return "[" + "".join(f"\\x{{{ord(character):04X}}}" for character in sorted(characters)) + "]"
