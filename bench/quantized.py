"""What eight bits cost: a model's int8 export against its float32 weights in torch.

`python -m bench.quantized --sts jsts-valid.jsonl` embeds every sentence of the graded pairs both
ways and tells Spearman's correlation of each with people's grades, and the cosines between them.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bench.sts import GradedPair, agreement, read_pairs
from kotogura.semantics.bert_folder import TOKENIZER_NAME
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.torch_bert import embed_with_torch, load_bert


def main() -> None:
    """Compare, and print one JSON object."""
    parser = argparse.ArgumentParser(prog="bench.quantized", description=__doc__)
    parser.add_argument("--sts", type=Path, required=True)
    parser.add_argument("--base", type=Path, default=Path(".kotogura/models/base"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(json.dumps(compare(options.base, options.sts)))


def compare(folder: Path, sts: Path) -> dict[str, Any]:
    """Return both correlations, their difference, and the smallest and the mean cosine."""
    pairs = read_pairs(sts)
    sentences = list(dict.fromkeys(text for pair in pairs for text in _both(pair)))
    places = {text: place for place, text in enumerate(sentences)}
    one = [places[pair.sentence1] for pair in pairs]
    other = [places[pair.sentence2] for pair in pairs]
    embedder = OnnxEmbedder.open(folder)
    small = embedder.embed_queries(sentences)
    prefix = "query: "
    full: NDArray[np.float32] = embed_with_torch(
        load_bert(folder),
        Tokenizer.from_file(str(folder / TOKENIZER_NAME)),
        [prefix + text for text in sentences],
    )
    cosines = np.einsum("nd,nd->n", small, full)
    int8 = agreement(pairs, small[one], small[other])
    float32 = agreement(pairs, full[one], full[other])
    return {
        "pairs": len(pairs),
        "sentences": len(sentences),
        "spearman_float32": round(float32, 4),
        "spearman_int8": round(int8, 4),
        "difference": round(int8 - float32, 4),
        "cosine_smallest": round(float(cosines.min()), 4),
        "cosine_mean": round(float(cosines.mean()), 4),
    }


def _both(pair: GradedPair) -> tuple[str, str]:
    return pair.sentence1, pair.sentence2


if __name__ == "__main__":
    main()
