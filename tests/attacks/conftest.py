"""The world that attacks are mounted in."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.attacks.families import Family
from tests.attacks.world import World

_MEMORY = Path("/dev/shm")  # noqa: S108 — a folder of random name is made in it
_ENVIRONMENT = {
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "attacked",
    "POWERTOOLS_METRICS_NAMESPACE": "Kotogura",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(autouse=True)
def _no_sockets(socket_disabled: None) -> None:
    """Close sockets: nothing here is in any cloud."""


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """Return a new folder, in memory where the machine has such a place."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="attacks-", dir=place) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def _environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def world_of(scratch: Path, _environment: None) -> Callable[[Family], World]:
    """Return what makes a family's world; what the attacker leaves there stays."""
    made: dict[object, World] = {}

    def world_of(family: Family) -> World:
        if family.make not in made:
            made[family.make] = family.make(scratch / f"world-{len(made)}")
        return made[family.make]

    return world_of
