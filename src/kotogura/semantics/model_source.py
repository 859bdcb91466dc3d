"""A foreign model folder: what it says of itself, and whether it can be served here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kotogura.errors import UnsuitableModel
from kotogura.semantics.base_models import BaseModel
from kotogura.semantics.embedder import POOLINGS

MOST_TOKENS = 512
"""Passages have fewer, and queries hardly more; attention's time grows with their square."""

_PARTS = ("Transformer", "Pooling", "Normalize")
_OLD_POOLINGS = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """How a model embeds; see `base_models.BaseModel`."""

    query_prefix: str
    passage_prefix: str
    pooling: str
    maximum_tokens: int


def read_settings(folder: Path, known: BaseModel | None = None) -> EmbeddingSettings:
    """Return how the model in `folder` embeds.

    Prefixes are those of `known` or else the folder's prompts "query" and "passage" or "document";
    pooling and maximum are the folder's own, where it tells them. The maximum is `MOST_TOKENS` at
    most.

    Raises:
        UnsuitableModel: the folder is no model of sentence-transformers or transformers, or does
            something with texts or vectors that isn't done here.
    """
    config = _read(folder / "config.json")
    if not config:
        raise UnsuitableModel("there is no model in this folder: it has no config.json")
    if not (folder / "model.safetensors").is_file():
        raise UnsuitableModel(
            "this model has no model.safetensors: weights in other formats are not read"
        )
    _check_words(folder, known)
    prompts = _read(folder / "config_sentence_transformers.json").get("prompts") or {}
    query = known.query_prefix if known else str(prompts.get("query", ""))
    passage = (
        known.passage_prefix if known else str(prompts.get("passage", prompts.get("document", "")))
    )
    pooling = _pooling(folder, query + passage) or (known.pooling if known else "mean")
    if pooling not in POOLINGS:
        raise UnsuitableModel(
            f"this model pools by {pooling}: only {' and '.join(POOLINGS)} are done here"
        )
    return EmbeddingSettings(query, passage, pooling, _maximum(folder, config, known))


def _check_words(folder: Path, known: BaseModel | None) -> None:
    tokenizer = _read(folder / "tokenizer_config.json")
    words = str(tokenizer.get("word_tokenizer_type", ""))
    japanese = "BertJapanese" in str(tokenizer.get("tokenizer_class", ""))
    if (known and known.words_by_mecab) or japanese or words in ("mecab", "sudachi", "jumanpp"):
        raise UnsuitableModel(
            "this model's tokenizer needs MeCab, which search doesn't have: "
            "take one with a tokenizer of its own, such as cl-nagoya/ruri-v3-30m"
        )


def _pooling(folder: Path, prefixes: str) -> str | None:
    """Return how the folder's modules pool; None when it has none."""
    modules = _read_list(folder / "modules.json")
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
    foreign = [kind for kind in kinds if kind not in _PARTS]
    if foreign:
        raise UnsuitableModel(f"this model has a layer that isn't done here: {foreign[0]}")
    path = next(
        (
            folder / str(module.get("path", "")) / "config.json"
            for module, kind in zip(modules, kinds, strict=True)
            if kind == "Pooling"
        ),
        folder / "1_Pooling" / "config.json",
    )
    settings = _read(path)
    if not settings:
        return None
    if prefixes and settings.get("include_prompt") is False:
        raise UnsuitableModel("this model leaves its prefix out of the mean, which isn't done here")
    if "pooling_mode" in settings:
        mode = settings["pooling_mode"]
        return "+".join(map(str, mode)) if isinstance(mode, list) else str(mode)
    chosen = [name for key, name in _OLD_POOLINGS.items() if settings.get(key)]
    return "+".join(chosen) or "mean"


def _maximum(folder: Path, config: Mapping[str, Any], known: BaseModel | None) -> int:
    sentence = _read(folder / "sentence_bert_config.json")
    if sentence.get("do_lower_case"):
        raise UnsuitableModel("this model wants texts in lower case, which isn't done here")
    tokenizer = _read(folder / "tokenizer_config.json")
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and str(config.get("model_type")) in _POSITIONS_AFTER_PADDING:
        positions -= 2
    told = (
        sentence.get("max_seq_length"),
        tokenizer.get("model_max_length"),
        positions,
        known.maximum_tokens if known else None,
    )
    return min(MOST_TOKENS, *(int(most) for most in told if isinstance(most, int | float) and most))


_POSITIONS_AFTER_PADDING = ("roberta", "xlm-roberta", "camembert", "luke")
"""Their position embeddings begin behind the padding's."""


def _read(path: Path) -> dict[str, Any]:
    value = _load(path)
    return value if isinstance(value, dict) else {}


def _read_list(path: Path) -> list[dict[str, Any]]:
    value = _load(path)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UnsuitableModel(f"{path.name} of this model is not JSON: fetch it again") from error
