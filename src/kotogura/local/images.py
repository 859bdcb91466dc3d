"""The references of images on a laptop: where an image would be built from, and for which function.

`sam build` names a function's image and `sam package` gives its place in a registry. On a laptop no
image is built; the reference carries what the function runtime needs instead: the folder as
repository, the logical id as tag.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

_REGISTRY = "local"


@dataclass(frozen=True, slots=True)
class LocalImage:
    """One function's image: its folder relative to the repository root, and its logical id.

    >>> LocalImage("functions/ingest", "IngestFunction").reference
    'local/functions/ingest:IngestFunction'
    >>> LocalImage.parse("local/functions/ingest:IngestFunction").folder
    'functions/ingest'
    """

    folder: str
    logical_id: str

    @property
    def reference(self) -> str:
        """What stands in the deployed function's ImageUri."""
        return f"{_REGISTRY}/{self.folder}:{self.logical_id}"

    @classmethod
    def parse(cls, reference: str) -> "LocalImage":
        """Return the image that a reference made by `reference` names.

        Raises:
            ValueError: for a reference that wasn't made here.
        """
        path, _, logical_id = reference.rpartition(":")
        registry, _, folder = path.partition("/")
        if registry != _REGISTRY or not logical_id or ".." in PurePosixPath(folder).parts:
            raise ValueError(f"{reference} is not the reference of a local image")
        return cls(folder, logical_id)
