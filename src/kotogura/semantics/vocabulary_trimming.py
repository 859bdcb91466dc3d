"""Cuts the vocabulary of a Unigram tokenizer to what Japanese needs, in its own JSON."""

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tokenizers import Tokenizer

from kotogura.semantics.unigram_tokenizer import needed_for_japanese

_WORTH_IT = 2 / 3  # a vocabulary that would keep more than this stays whole
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")


@dataclass(frozen=True, slots=True)
class TrimmedVocabulary:
    """A smaller tokenizer.

    Attributes:
        description: its `tokenizer.json`.
        kept: the old ids, in the order of the new ones: rows of the embedding to keep.
    """

    description: dict[str, Any]
    kept: tuple[int, ...]


def trim_vocabulary(description: Mapping[str, Any], *texts: str) -> TrimmedVocabulary | None:
    """Return the tokenizer with the pieces that Japanese needs, or None where it stays whole.

    It stays whole when it is no Unigram tokenizer, has a post-processor that isn't known here, or
    is for Japanese already. Special tokens, bytes and the pieces of `texts` are kept in any case.

    Args:
        description: the tokenizer's `tokenizer.json`.
        texts: prefixes.
    """
    model = description.get("model") or {}
    vocabulary = model.get("vocab")
    processor = description.get("post_processor") or {}
    if model.get("type") != "Unigram" or not isinstance(vocabulary, list):
        return None
    if processor.get("type") not in ("TemplateProcessing", "RobertaProcessing", "BertProcessing"):
        return None
    pieces = [str(piece) for piece, _ in vocabulary]
    added = [int(token["id"]) for token in description.get("added_tokens") or ()]
    kept = set(needed_for_japanese(pieces, [float(score) for _, score in vocabulary]))
    kept |= {index for index, piece in enumerate(pieces) if _BYTE.fullmatch(piece)}
    kept |= {index for index in (*added, model.get("unk_id")) if index is not None}
    kept |= _pieces_of(description, texts)
    if len(kept) > _WORTH_IT * len(pieces):
        return None
    order = tuple(sorted(kept))
    return TrimmedVocabulary(_renumbered(description, order), order)


def _pieces_of(description: Mapping[str, Any], texts: tuple[str, ...]) -> set[int]:
    tokenizer = Tokenizer.from_str(json.dumps(description))
    return {index for text in texts for index in tokenizer.encode(f"{text}あ").ids}


def _renumbered(description: Mapping[str, Any], order: tuple[int, ...]) -> dict[str, Any]:
    new = {old: index for index, old in enumerate(order)}
    trimmed: dict[str, Any] = copy.deepcopy(dict(description))
    model, processor = trimmed["model"], trimmed["post_processor"]
    vocabulary = model["vocab"]
    model["vocab"] = [vocabulary[old] for old in order if old < len(vocabulary)]
    if model.get("unk_id") is not None:
        model["unk_id"] = new[model["unk_id"]]
    for token in trimmed.get("added_tokens") or ():
        token["id"] = new[token["id"]]
    for token in (processor.get("special_tokens") or {}).values():
        token["ids"] = [new[old] for old in token["ids"]]
    for side in ("sep", "cls"):
        if isinstance(processor.get(side), list):
            processor[side] = [processor[side][0], new[processor[side][1]]]
    return trimmed
