"""The encoder of a model folder in torch: what conversion and export are compared with."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kotogura.semantics.embedder import pool


def load_bert(folder: Path) -> Any:
    """Return the folder's encoder for evaluation, with attention that ONNX can express.

    A BERT mostly; whatever `transformers.AutoModel` makes of the folder. Nothing of the folder is
    run, and weights that it lacks, such as a pooler's that nobody asks, are not said to be missing.
    """
    with without_progress_bars(), _without_reports():
        bert: Any = transformers.AutoModel.from_pretrained(
            str(folder),
            attn_implementation="eager",
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
        )
    return bert.eval()


def embed_with_torch(
    bert: Any, tokenizer: Tokenizer, texts: Sequence[str], pooling: str = "mean"
) -> NDArray[np.float32]:
    """Embed texts that already carry their prefix: float32 [n, d], rows of length 1."""
    return np.concatenate([_embed_one(bert, tokenizer.encode(text).ids, pooling) for text in texts])


def _embed_one(bert: Any, ids: list[int], pooling: str) -> NDArray[np.float32]:
    return embed_inputs(bert, len(ids), pooling, input_ids=torch.tensor([ids]))


def embed_inputs(
    bert: Any, length: int, pooling: str = "mean", **inputs: torch.Tensor
) -> NDArray[np.float32]:
    """Embed one text given as `input_ids` or `inputs_embeds`: float32 [1, d]."""
    mask = np.ones((1, length), dtype=np.int64)
    with torch.inference_mode():
        tokens = bert(attention_mask=torch.from_numpy(mask), **inputs).last_hidden_state
    return pool(tokens.numpy(), mask, pooling)


def smallest_cosine(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    """Return the smallest cosine between rows of unit length that belong together."""
    return float((left * right).sum(axis=1).min())


@contextlib.contextmanager
def _without_reports() -> Iterator[None]:
    reports: Any = transformers.utils.logging
    before = reports.get_verbosity()
    reports.set_verbosity_error()
    try:
        yield
    finally:
        reports.set_verbosity(before)


@contextlib.contextmanager
def without_progress_bars() -> Iterator[None]:
    """Keep transformers from drawing bars, which would end up in logs."""
    bars: Any = transformers.utils.logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()
