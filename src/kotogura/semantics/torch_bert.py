"""The BERT of a model folder in torch: what conversion and export are compared with."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kotogura.semantics.embedder import mean_of_tokens


def load_bert(folder: Path) -> Any:
    """Return the folder's `BertModel` for evaluation, with attention that ONNX can express."""
    with without_progress_bars():
        bert: Any = transformers.BertModel.from_pretrained(
            str(folder), attn_implementation="eager", local_files_only=True
        )
    return bert.eval()


def embed_with_torch(bert: Any, tokenizer: Tokenizer, texts: Sequence[str]) -> NDArray[np.float32]:
    """Embed texts that already carry their prefix: float32 [n, d], rows of length 1."""
    return np.concatenate([_embed_one(bert, tokenizer.encode(text).ids) for text in texts])


def _embed_one(bert: Any, ids: list[int]) -> NDArray[np.float32]:
    return embed_inputs(bert, len(ids), input_ids=torch.tensor([ids]))


def embed_inputs(bert: Any, length: int, **inputs: torch.Tensor) -> NDArray[np.float32]:
    """Embed one text given as `input_ids` or `inputs_embeds`: float32 [1, d]."""
    mask = np.ones((1, length), dtype=np.int64)
    with torch.inference_mode():
        tokens = bert(attention_mask=torch.from_numpy(mask), **inputs).last_hidden_state
    return mean_of_tokens(tokens.numpy(), mask)


def smallest_cosine(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    """Return the smallest cosine between rows of unit length that belong together."""
    return float((left * right).sum(axis=1).min())


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
