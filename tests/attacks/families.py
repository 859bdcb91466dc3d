"""All families of attacks, by the name of their module."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.attacks import (
    archives,
    carriers,
    injections,
    keys,
    places,
    presigned,
    reuse,
    side_channels,
    tokens,
    workflow_inputs,
)
from tests.attacks.attack import Attack
from tests.attacks.scene import make_world
from tests.attacks.world import World


@dataclass(frozen=True)
class Family:
    """Attacks of one kind, and what makes the world that they are mounted in."""

    title: str
    attacks: Sequence[Attack]
    make: Callable[[Path], World] = make_world


FAMILIES: Mapping[str, Family] = {
    "tokens": Family("token tricks; a tenant named elsewhere than in the token", tokens.ATTACKS),
    "places": Family("paths, ids and cursors of another tenant", places.ATTACKS),
    "presigned": Family("presigned URLs turned to another prefix or deed", presigned.ATTACKS),
    "keys": Family("names and keys in S3", keys.ATTACKS),
    "injections": Family("searches that are something else besides", injections.ATTACKS),
    "reuse": Family("what a process keeps from one request to the next", reuse.ATTACKS),
    "side_channels": Family(
        "answers, and the work they take, with and without another tenant",
        side_channels.ATTACKS,
        side_channels.make,
    ),
    "carriers": Family("synonyms and dictionaries as carriers", carriers.ATTACKS),
    "archives": Family("archives, XML and other files made to harm", archives.ATTACKS),
    "workflow_inputs": Family("inputs of workflows made up by a member", workflow_inputs.ATTACKS),
}
