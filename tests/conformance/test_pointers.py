"""What holds for every implementation of `ManifestPointers`."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kotogura.index.changes import ManifestPointer, ManifestPointers
from kotogura.platform.pointers import TablePointers
from kotogura.tenants.identity import TenantId
from tests.conformance.conftest import choice
from tests.memory.changes import MemoryPointers


@pytest.fixture(params=choice("memory", "table"))
def pointers(request: pytest.FixtureRequest) -> ManifestPointers:
    if request.param == "memory":
        return MemoryPointers()
    return TablePointers(request.getfixturevalue("table"))


def pointer(generation: int, manifest: str = "m", trained: int | None = None) -> ManifestPointer:
    return ManifestPointer(
        generation=generation,
        manifest=f"manifests/{manifest}.json",
        sha256=(manifest * 64)[:64],
        content_generation=generation,
        trained_generation=trained,
    )


def test_a_new_tenant_has_no_pointer(pointers: ManifestPointers, minato: TenantId) -> None:
    assert pointers.get(minato) is None


def test_the_first_pointer_is_moved_from_nothing(
    pointers: ManifestPointers, minato: TenantId
) -> None:
    assert pointers.move(minato, None, pointer(1))
    assert pointers.get(minato) == pointer(1)


def test_a_second_first_pointer_is_refused(pointers: ManifestPointers, minato: TenantId) -> None:
    pointers.move(minato, None, pointer(1, "a"))
    assert not pointers.move(minato, None, pointer(1, "b"))
    assert pointers.get(minato) == pointer(1, "a")


def test_a_pointer_is_moved_on_and_back(pointers: ManifestPointers, minato: TenantId) -> None:
    pointers.move(minato, None, pointer(1, "a"))
    assert pointers.move(minato, pointer(1, "a"), pointer(2, "b", trained=1))
    assert pointers.get(minato) == pointer(2, "b", trained=1)
    assert pointers.move(minato, pointer(2, "b", trained=1), pointer(1, "a"))
    assert pointers.get(minato) == pointer(1, "a")


@pytest.mark.parametrize("expected", [None, pointer(1, "a"), pointer(2, "c")])
def test_a_move_from_another_pointer_is_refused(
    pointers: ManifestPointers, minato: TenantId, expected: ManifestPointer | None
) -> None:
    pointers.move(minato, None, pointer(1, "a"))
    pointers.move(minato, pointer(1, "a"), pointer(2, "b"))
    assert not pointers.move(minato, expected, pointer(3, "d"))
    assert pointers.get(minato) == pointer(2, "b")


def test_a_move_before_the_first_pointer_is_refused(
    pointers: ManifestPointers, minato: TenantId
) -> None:
    assert not pointers.move(minato, pointer(1), pointer(2))
    assert pointers.get(minato) is None


def test_of_many_movers_exactly_one_wins(pointers: ManifestPointers, minato: TenantId) -> None:
    pointers.move(minato, None, pointer(1, "a"))
    rivals = [pointer(2, name) for name in "bcdefghi"]
    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(lambda new: pointers.move(minato, pointer(1, "a"), new), rivals))
    assert won.count(True) == 1
    assert pointers.get(minato) == rivals[won.index(True)]


def test_two_tenants_pointers_are_apart(
    pointers: ManifestPointers, minato: TenantId, other: TenantId
) -> None:
    pointers.move(minato, None, pointer(1, "a"))
    assert pointers.get(other) is None
    assert pointers.move(other, None, pointer(1, "b"))
    assert pointers.get(minato) == pointer(1, "a")
