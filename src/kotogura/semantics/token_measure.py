"""How long a text is to the model that embeds it: in tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from kotogura.errors import CorruptModel
from kotogura.semantics.model_manifest import ModelManifest

if TYPE_CHECKING:  # a tenth of a second and 30 MB that a search by word alone must not pay
    from tokenizers import Tokenizer

MOST_PASSAGE_TOKENS = 256
"""Of a passage with its title, prefix and special tokens; a model may take more or less."""

# No piece of the vocabulary covers more characters, so what lies beyond can't reach the model.
_CHARACTERS_PER_TOKEN = 16


class TokenMeasure(Protocol):
    """What cutting a text into passages needs of the model that will embed them."""

    @property
    def room(self) -> int:
        """The most tokens that a passage and its title may have; at least 1."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, without prefix and special tokens.

        A text that begins with a blank is counted as one that another goes before. What has more
        than `room` tokens may be counted as having any number above `room`.
        """


class TokenizerMeasure:
    """Counts by a model's own tokenizer; several threads may share one."""

    def __init__(self, tokenizer: "Tokenizer", manifest: ModelManifest) -> None:
        """Measure for the model of `manifest`.

        Args:
            tokenizer: the model's; it may cut texts at the manifest's maximum.
            manifest: tells the maximum and the prefix of passages.
        """
        self._tokenizer = tokenizer
        self._longest = manifest.maximum_tokens * _CHARACTERS_PER_TOKEN
        most = min(MOST_PASSAGE_TOKENS, manifest.maximum_tokens)
        self._room = max(1, most - max(1, len(tokenizer.encode(manifest.passage_prefix))))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Measure for the model in `folder`, of which only manifest and tokenizer are read.

        Raises:
            CorruptModel: one of them is missing or can't be read. Retrying does not help.
        """
        return cls(open_tokenizer(folder), ModelManifest.read(folder))

    @property
    def room(self) -> int:
        """The most tokens that a passage and its title may have."""
        return self._room

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has; see `TokenMeasure`."""
        counted = [
            (" " if text[:1].isspace() else "") + squeeze(text)[: self._longest] for text in texts
        ]
        encodings = self._tokenizer.encode_batch_fast(counted, add_special_tokens=False)
        return [len(encoding) for encoding in encodings]


@dataclass
class CharacterMeasure:
    """Takes every code point for a token: for examples, and for a model that has no tokenizer."""

    room: int

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many code points each text has."""
        return [len(text) for text in texts]


def open_tokenizer(folder: Path) -> "Tokenizer":
    """Return the tokenizer in `folder`, without padding.

    Raises:
        CorruptModel: it is missing or can't be read. Retrying does not help.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 — see above

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises a bare class for a missing or broken file
        raise CorruptModel("the model's tokenizer can't be read; train again") from error
    tokenizer.no_padding()
    return tokenizer


def squeeze(text: str) -> str:
    r"""Return `text` as models are given it: runs of blanks are one space, no lone surrogates.

    >>> squeeze(" 休暇の\n\n 申請 ")
    '休暇の 申請'
    """
    return " ".join(text.split()).encode("utf-8", "replace").decode()
