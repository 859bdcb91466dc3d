"""What reading one document may take, so that no file holds up or fills the memory of others."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kotogura.errors import (
    BrokenDocument,
    DocumentBomb,
    DocumentTooLarge,
    DocumentTooSlow,
    KotoguraError,
)

SECONDS = 25.0
"""How long one document may take; `functions/ingest` has a minute for the whole change."""
CHARACTERS = 2_000_000
"""How much text one document may have: what `compact` can embed in its time (docs/sizing.md)."""
STEPS = 20_000_000
"""How many cells, filled or not, the sheets of one workbook may have."""
_STEPS_BETWEEN_LOOKS = 512


class Budget:
    """What is left for one document: time, text and steps. Readers ask it as they go on.

    A limit that is looked at between pages, sheets, rows and paragraphs ends what is slow by its
    size. What hangs or grows within one step of a library is ended from outside, by whoever runs
    the reader in a process of its own.
    """

    def __init__(
        self,
        seconds: float = SECONDS,
        characters: int = CHARACTERS,
        steps: int = STEPS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._characters = characters
        self._steps = steps
        self._until_look = 0

    def step(self, count: int = 1) -> None:
        """Account for `count` small steps; the clock is looked at now and then.

        Raises:
            DocumentTooLarge: when there were too many.
            DocumentTooSlow: when the time is up.
        """
        self._steps -= count
        if self._steps < 0:
            raise DocumentTooLarge("the file has too many cells; split it")
        self._until_look -= count
        if self._until_look <= 0:
            self._until_look = _STEPS_BETWEEN_LOOKS
            self.look()

    def look(self) -> None:
        """Look at the clock. Raises DocumentTooSlow when the time is up."""
        if self._clock() > self._end:
            raise DocumentTooSlow("the file takes too long to read; split it or save it anew")

    def take(self, characters: int) -> None:
        """Account for so much text. Raises DocumentTooLarge when it is too much."""
        self._characters -= characters
        if self._characters < 0:
            raise DocumentTooLarge(f"the text is longer than {CHARACTERS:,} characters; split it")


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Tell whatever a library raises over a file's content as the file's own fault.

    Libraries raise errors of every class over damaged files, and the tenant can do nothing about
    which. Only our own errors pass through as they are.

    Raises:
        BrokenDocument: for any other error.
        DocumentBomb: when the memory doesn't suffice.
    """
    try:
        yield
    except KotoguraError:
        raise
    except MemoryError as error:
        raise DocumentBomb("the file takes too much memory to read; split it") from error
    except Exception as error:
        raise BrokenDocument(
            f"the file is damaged or is no {what}; open it, save it anew and upload it again"
        ) from error
