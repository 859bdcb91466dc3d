"""No sequence of what tenants do shows one of them what is another's."""

import pytest

from kotogura.index.reader import GenerationReader
from tests.attacks.sequences import run


@pytest.mark.usefixtures("_environment")
def test_no_sequence_shows_a_canary() -> None:
    assert run(80, derandomize=True) >= 40


@pytest.mark.usefixtures("_environment")
def test_sequences_find_a_cache_without_tenants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GenerationReader, "key", lambda self, *parts: parts)
    with pytest.raises(AssertionError, match="sees what is"):
        run(400, derandomize=True)
