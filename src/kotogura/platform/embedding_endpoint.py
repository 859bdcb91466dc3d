"""Queries embedded by a SageMaker endpoint instead of this process.

What the endpoint hosts is `kotogura.platform.embedding_service`. Each request names the model, and
each answer does: a query embedded by one model is never compared with another one's vectors.
"""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from numpy.typing import NDArray

from kotogura.errors import ModelUnreachable, Throttled
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.token_measure import TokenizerMeasure, TokenMeasure, open_tokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping

BATCH_COUNT = 32
"""Texts of one request: some seconds at most, within the endpoint's 60."""
DIGEST_DIGITS = 16
"""How much of a model's digest stands in an endpoint's name, which may have 63 signs."""

# A search may wait a few seconds, not the minute that boto3 would.
PATIENCE = Config(
    connect_timeout=1, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 3}
)
_THROTTLED = {"ThrottlingException", "TooManyRequestsException"}
_CONFLICT = 409


class EndpointEmbedder:
    """Implements `semantics.embedder.Embedder` for one model; several threads may share it."""

    def __init__(self, manifest: ModelManifest, folder: Path, client: Any, endpoint: str) -> None:
        self._manifest = manifest
        self._digest = manifest.digest
        self._folder = folder
        self._client = client
        self._endpoint = endpoint.replace("{digest}", self._digest[:DIGEST_DIGITS])

    @classmethod
    def open(cls, folder: Path, client: Any, endpoint: str) -> Self:
        """Return what embeds by the model in `folder`, whose manifest alone is read.

        Args:
            folder: the model's folder in the store.
            client: boto3's `sagemaker-runtime`, made with `PATIENCE`.
            endpoint: its name; `{digest}` in it stands for the first digits of the model's digest.

        Raises:
            CorruptModel: when the manifest is missing or not what it should be.
        """
        return cls(ModelManifest.read(folder), folder, client, endpoint)

    @property
    def digest(self) -> str:
        """The model's name, from its manifest."""
        return self._digest

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._manifest.dimensions

    @cached_property
    def measure(self) -> TokenMeasure:
        """How long texts are to the model, by its tokenizer, read when first asked for."""
        return TokenizerMeasure(open_tokenizer(self._folder), self._manifest)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed what people ask: float32 [n, dimensions]; see `Embedder`.

        Raises:
            Throttled: when the endpoint has too much to do.
            ModelUnreachable: when it doesn't answer, or hosts another model. A retry may help.
        """
        return self._embed("query", texts, None)

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Embed what is searched: float32 [n, dimensions]; see `Embedder` and `embed_queries`."""
        return self._embed("passage", texts, on_progress)

    def _embed(
        self, kind: str, texts: Sequence[str], on_progress: Callable[[int, int], None] | None
    ) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for first in range(0, len(texts), BATCH_COUNT):
            part = list(texts[first : first + BATCH_COUNT])
            vectors[first : first + len(part)] = self._ask(kind, part)
            if on_progress is not None:
                on_progress(first + len(part), len(texts))
        return vectors

    def _ask(self, kind: str, texts: list[str]) -> NDArray[np.float32]:
        # A lone surrogate has no place in UTF-8; no model has seen one.
        asked = {"model": self._digest, "kind": kind, "texts": texts}
        body = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
        try:
            answer = self._client.invoke_endpoint(
                EndpointName=self._endpoint,
                ContentType="application/json",
                Accept="application/json",
                Body=body,
            )
            told = json.loads(answer["Body"].read())
        except ClientError as error:
            raise _translated(error) from error
        except (BotoCoreError, OSError) as error:
            raise ModelUnreachable("the model's endpoint does not answer; try again") from error
        except ValueError:
            raise ModelUnreachable("the model's endpoint answers no JSON; look at it") from None
        return self._vectors(told, len(texts))

    def _vectors(self, told: Any, count: int) -> NDArray[np.float32]:
        if not isinstance(told, dict) or told.get("model") != self._digest:
            raise ModelUnreachable("the endpoint hosts another model; deploy the one in service")
        try:
            vectors = np.asarray(told.get("vectors"), dtype=np.float32)
        except (TypeError, ValueError):
            raise ModelUnreachable("the model's endpoint answers no vectors; look at it") from None
        if vectors.shape != (count, self.dimensions) or not np.isfinite(vectors).all():
            raise ModelUnreachable("the model's endpoint answers no vectors; look at it")
        return vectors


def _translated(error: ClientError) -> Exception:
    """Return our own error for what SageMaker refuses; its message may quote the texts."""
    told: Mapping[str, Any] = error.response
    code = str(told.get("Error", {}).get("Code", ""))
    if code in _THROTTLED:
        return Throttled("the model's endpoint is throttled; try again")
    if code == "ModelError" and told.get("OriginalStatusCode") == _CONFLICT:
        return ModelUnreachable("the endpoint hosts another model; deploy the one in service")
    return ModelUnreachable(f"the model's endpoint refused ({code}); look at it")
