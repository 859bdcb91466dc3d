"""Texts to vectors without torch: onnxruntime and tokenizers over a model folder."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from kotogura.errors import CorruptModel
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.token_measure import (
    TokenizerMeasure,
    TokenMeasure,
    open_tokenizer,
    squeeze,
)

if TYPE_CHECKING:  # a tenth of a second and 30 MB that a search by word alone must not pay
    import onnxruntime
    from tokenizers import Tokenizer

# No piece of the vocabulary covers more characters, so what lies beyond can't reach the model.
_CHARACTERS_PER_TOKEN = 16
_PROGRESS_EVERY = 32
POOLINGS = ("mean", "cls")
"""How token vectors become one: the mean of all, or the first, which stands for the text."""
_UNKNOWN = ("<unk>", "[UNK]")
_BLANK = "\u2581"
"""Pieces that tell nothing: whatever the vocabulary lacks, and a blank (SentencePiece's name)."""


class Embedder(Protocol):
    """What the search path and the trainer need of a model.

    Both methods return float32 [n, dimensions], one row a text in the order given. A row has length
    1, except that an empty or blank text, or one of which the model knows no character, gives
    zeros, which are similar to nothing. There is never a NaN.
    """

    @property
    def digest(self) -> str:
        """The model's name: vectors may be compared only if they carry the same one."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def measure(self) -> TokenMeasure:
        """How long texts are to the model: what passages are cut by."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed what people ask."""

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Embed what is searched; `on_progress` hears how many of how many texts are done."""


class OnnxEmbedder:
    """A model folder opened for embedding; several threads may share one.

    The graph gives the token vectors; they are pooled and scaled to length 1 here, so that token
    vectors stay in reach.

    Texts go through the graph one by one, several at a time on threads of their own. Activations
    are quantised by their range within a call, so a text that shared a call with others would get
    another vector each time (cosine 0.996), and padding gains nothing on a CPU. This way a text has
    one vector for ever.
    """

    def __init__(
        self,
        manifest: ModelManifest,
        tokenizer: "Tokenizer",
        session: "onnxruntime.InferenceSession",
        threads: int = 1,
    ) -> None:
        self._manifest = manifest
        self._tokenizer = tokenizer
        self._session = session
        self._threads = threads
        self._digest = manifest.digest
        named = (tokenizer.token_to_id(name) for name in _UNKNOWN)
        self._unknown = next((number for number in named if number is not None), None)
        self._blank = tokenizer.token_to_id(_BLANK)

    @classmethod
    def open(cls, folder: Path, *, threads: int = 1) -> Self:
        """Open the model in `folder`: `model.json`, `tokenizer.json` and `model.onnx`.

        Sizes are compared with the manifest and digests are not, which would cost more than the
        opening itself: whoever puts a model into service verifies it.

        Args:
            folder: the model's folder.
            threads: how many texts may be embedded at the same time, each on one core.

        Raises:
            CorruptModel: a file is missing, has another size, or can't be read. Retrying does not
                help.
        """
        manifest = ModelManifest.read(folder)
        manifest.check_sizes(folder)
        if manifest.pooling not in POOLINGS:
            raise CorruptModel(f"this version can't pool by {manifest.pooling}")
        try:
            session = _session(folder / "model.onnx")
        except Exception as error:  # the library raises private classes for a broken file
            raise CorruptModel("the model's files can't be read; train again") from error
        # Second, for it fits into memory that reading the graph has left behind: 12 MB.
        tokenizer = open_tokenizer(folder)
        tokenizer.enable_truncation(manifest.maximum_tokens)
        return cls(manifest, tokenizer, session, threads)

    @property
    def digest(self) -> str:
        """The model's name, from its manifest."""
        return self._digest

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._manifest.dimensions

    @property
    def measure(self) -> TokenMeasure:
        """How long texts are to the model, by its tokenizer."""
        return TokenizerMeasure(self._tokenizer, self._manifest)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed what people ask: float32 [n, dimensions]; see `Embedder`."""
        return self._embed(self._manifest.query_prefix, texts, None)

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Embed what is searched: float32 [n, dimensions]; see `Embedder`."""
        return self._embed(self._manifest.passage_prefix, texts, on_progress)

    def _embed(
        self, prefix: str, texts: Sequence[str], on_progress: Callable[[int, int], None] | None
    ) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if len(texts) == 1 or self._threads == 1:
            rows = map(self._embed_one, repeat(prefix), texts)
            self._fill(vectors, rows, on_progress)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                self._fill(vectors, pool.map(self._embed_one, repeat(prefix), texts), on_progress)
        return vectors

    @staticmethod
    def _fill(
        vectors: NDArray[np.float32],
        rows: Iterable[NDArray[np.float32] | None],
        on_progress: Callable[[int, int], None] | None,
    ) -> None:
        for index, row in enumerate(rows):
            if row is not None:
                vectors[index] = row
            done = index + 1
            if on_progress is not None and (done % _PROGRESS_EVERY == 0 or done == len(vectors)):
                on_progress(done, len(vectors))

    def _embed_one(self, prefix: str, text: str) -> NDArray[np.float32] | None:
        # Blanks are squeezed, as the tokenizer would, so that what is cut off here could not be
        # heard.
        squeezed = squeeze(text)[: self._manifest.maximum_tokens * _CHARACTERS_PER_TOKEN]
        if not squeezed:
            return None
        encoding = self._tokenizer.encode(prefix + squeezed)
        if self._unknown in encoding.ids and not self._knows(squeezed):
            return None
        ids = np.array([encoding.ids], dtype=np.int64)
        mask = np.ones_like(ids)
        (tokens,) = self._session.run(["token_vectors"], {"input_ids": ids, "attention_mask": mask})
        vector: NDArray[np.float32] = pool(tokens, mask, self._manifest.pooling)[0]
        return vector

    def _knows(self, text: str) -> bool:
        """Return whether the vocabulary has a piece of `text`: unknown characters all mean alike.

        Without this, a query of signs that the model has never seen would find whatever lies near
        the one token that stands for all of them.
        """
        pieces = self._tokenizer.encode(text, add_special_tokens=False).ids
        return any(piece not in (self._unknown, self._blank) for piece in pieces)


def pool(tokens: NDArray[np.float32], mask: NDArray[np.int64], pooling: str) -> NDArray[np.float32]:
    """Return each text's vector by one of `POOLINGS`; see `mean_of_tokens`."""
    if pooling == "cls":
        return mean_of_tokens(tokens[:, :1], mask[:, :1])
    return mean_of_tokens(tokens, mask)


def mean_of_tokens(tokens: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the mean of each text's own token vectors, scaled to length 1.

    Args:
        tokens: float32 [n, t, d].
        mask: int64 [n, t], 1 for a token and 0 for padding.

    Returns:
        float32 [n, d]; zeros where a text has no token or its mean is not finite.
    """
    sums = np.einsum("ntd,nt->nd", tokens, mask.astype(np.float32))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    usable = np.isfinite(lengths) & (lengths > np.finfo(np.float32).tiny)
    unit: NDArray[np.float32] = np.where(usable, sums / np.where(usable, lengths, 1), 0)
    return unit.astype(np.float32)


def _session(path: Path) -> "onnxruntime.InferenceSession":
    import onnxruntime  # noqa: PLC0415 — see above

    onnxruntime.disable_telemetry_events()
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A spinning thread would burn the CPU time that a function pays for.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
