"""SIGTERM, heard where a task can end in order: Spot's notice, two minutes before the end."""

import signal
from types import FrameType

from kotogura.errors import TrainingInterrupted

EXIT_CODE = 128 + signal.SIGTERM
"""What a process that ended on SIGTERM answers; the workflow takes it for a machine taken back."""


class Interruption:
    """Whether this process was asked to end."""

    def __init__(self) -> None:
        self._asked = False

    def listen(self) -> None:
        """Hear SIGTERM from now on instead of ending by it. The main thread alone may ask this."""
        signal.signal(signal.SIGTERM, self._hear)

    def asked(self) -> bool:
        """Tell whether it came."""
        return self._asked

    def check(self) -> None:
        """End this training if it came.

        Raises:
            TrainingInterrupted: it came.
        """
        if self._asked:
            raise TrainingInterrupted("the training was interrupted; start it again to go on")

    def _hear(self, signal_number: int, frame: FrameType | None) -> None:
        del signal_number, frame
        self._asked = True
