"""Side channels: whether anything the attacker is told differs by what another tenant has.

Answers are compared byte by byte with those of a world where the victim never was, and so is the
work that they take: how often the index, the table and the bucket are read. Work stands for time,
which on a shared machine says nothing.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from kotogura.index.reader import GenerationReader
from kotogura.platform.folder import FolderFiles
from tests.attacks.attack import Attack
from tests.attacks.reuse import QUESTIONS, Asked, ask
from tests.attacks.scene import furnish_victim, make_world
from tests.attacks.world import VICTIM, World
from tests.memory.table import MemoryTable

_MOMENTS = re.compile(r"20\d\d-\d\d-\d\dT[\d:.]+Z|X-Amz-(Date|Signature)=\w+")
"""When something was written, and signatures of the moment; nothing else may differ."""
MORE: dict[str, Asked] = {
    "a rare word": ("GET", "/search", [("q", "kanari"), ("explain", "true")], None),
    "a word nobody has": ("GET", "/search", [("q", "naimono"), ("mode", "words")], None),
    "the victim's word": ("GET", "/search", [("q", "kanaria"), ("mode", "words")], None),
    "the victim's word, misspelt": ("GET", "/search", [("q", "kanariya"), ("mode", "words")], None),
    "the victim's field": ("GET", "/search", [("filter", "zzfield:*")], None),
    "the victim's tag": ("GET", "/search", [("filter", "tag:kanaria*"), ("facet", "tag")], None),
    "the victim's folder": ("GET", "/documents", [("prefix", "kanaria/")], None),
    "the victim's word, similar": ("GET", "/words/kanaria/similar", [], None),
    "all": ("GET", "/search", [("filter", "name:*"), ("limit", "100"), ("facet", "busho")], None),
    "all, page by page": ("GET", "/search", [("filter", "name:*"), ("limit", "1")], None),
    "a suggestion of one sign": ("GET", "/suggest", [("q", "z")], None),
    "a suggestion of the victim's": ("GET", "/suggest", [("q", "kanaria")], None),
    "a document that isn't there": ("GET", f"/documents/{'a' * 26}", [], None),
    "a wrong cursor": ("GET", "/search", [("q", "kyuuka"), ("cursor", "eA")], None),
    "a wrong filter": ("GET", "/search", [("filter", "kanaria")], None),
}  # fmt: skip


class Work:
    """Counts what is read while a question is answered."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def counted(self, kind: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return `method`, each call of which counts."""

        def call(*given: Any, **named: Any) -> Any:
            self.done.append(kind)
            return method(*given, **named)

        return call

    def of(self, world: World, question: Asked) -> tuple[str, list[str]]:
        """Return what a question is answered, without moments, and the work it takes."""
        self.done.clear()
        with (
            mock.patch.object(
                GenerationReader, "_table", self.counted("index", GenerationReader._table)
            ),
            mock.patch.object(FolderFiles, "read", self.counted("file", FolderFiles.read)),
            mock.patch.object(FolderFiles, "path", self.counted("path", FolderFiles.path)),
            mock.patch.object(MemoryTable, "get", self.counted("item", MemoryTable.get)),
        ):
            seen = ask(world, question)
        return _MOMENTS.sub("", f"{seen.status}\n{seen.text}"), list(self.done)


def compare(alone: World, both: World, question: Asked) -> None:
    """Assert that a new process answers alike in both worlds, also right after the victim."""
    work = Work()
    alone.start()
    told = work.of(alone, question)
    both.start()
    assert work.of(both, question) == told, "another tenant's things change the answer, or its work"
    both.start()
    ask(both, question, tenant=VICTIM)
    assert work.of(both, question) == told, (
        "another tenant's question changes the answer, or its work"
    )


def make(folder: Path) -> World:
    """Return a world with both tenants, and beside it, as its twin, one with the attacker alone."""
    both = make_world(folder / "pair", with_victim=False)
    furnish_victim(both)
    both.twin = make_world(folder / "alone", with_victim=False)
    return both


def _compared(question: Asked) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        assert world.twin is not None
        compare(world.twin, world, question)

    return carry_out


ATTACKS = tuple(
    Attack(f"{name}, with and without the victim", _compared(question))
    for name, question in (QUESTIONS | MORE).items()
)
