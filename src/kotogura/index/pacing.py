"""Pacing: how long a commit waits, so that what arrives together goes in together.

The first change of an idle tenant is committed at once. While generations follow each other
quickly, each opens a window in which no other is published: it grows with the burst, so that a
burst of any size makes few generations, and none of its documents waits longer than two windows.
"""

import math
from dataclasses import dataclass

from kotogura.index.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Pacing:
    """How long each generation of a burst stands alone: 1, 2, 4, then 6 seconds.

    Attributes:
        first_seconds: the window of a generation that came after a rest.
        longest_seconds: no window is longer, however long the burst lasts.
        rest_seconds: no shorter rest ends a burst, for a busy machine makes pauses of its own.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 6.0
    rest_seconds: float = 5.0

    def window_seconds(self, burst: int) -> float:
        """Return how long the generation number `burst` of a burst, from 0, stands alone.

        >>> [Pacing().window_seconds(burst) for burst in range(6)]
        [1.0, 2.0, 4.0, 6.0, 6.0, 6.0]
        """
        return float(min(self.longest_seconds, self.first_seconds * 2 ** min(burst, 30)))

    def wait_seconds(self, newest: Manifest, age_seconds: float) -> int:
        """Return how many whole seconds a commit should wait behind `newest`, or 0 for not at all.

        Rounding up spreads those who wait over a second, for they came at different moments. A
        negative age, from a clock that runs ahead, counts as none: nobody waits longer than the
        window.

        >>> newest = Manifest(
        ...     generation=3, content_generation=3, analyzer="", burst=2, created_at=""
        ... )
        >>> [Pacing().wait_seconds(newest, age) for age in (-60.0, 0.0, 2.5, 3.9, 4.0)]
        [4, 4, 2, 1, 0]
        """
        rest = self.window_seconds(newest.burst) - max(age_seconds, 0.0)
        return math.ceil(rest) if rest > 0 else 0

    def next_burst(self, newest: Manifest, age_seconds: float) -> int:
        """Return the burst of the generation that follows `newest` now: one more, or a new start.

        A burst ends when twice its window, and a rest, have passed without a generation.

        >>> newest = Manifest(
        ...     generation=3, content_generation=3, analyzer="", burst=2, created_at=""
        ... )
        >>> [Pacing().next_burst(newest, age) for age in (4.0, 7.9, 8.0)]
        [3, 3, 0]
        """
        rest = max(2 * self.window_seconds(newest.burst), self.rest_seconds)
        return newest.burst + 1 if age_seconds < rest else 0
