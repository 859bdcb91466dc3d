"""What a person sees: notes and progress on standard error, results on standard output."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

_MARK = "bold yellow"
_SCORE_WIDTH = 7
_SECONDS_BETWEEN_LINES = 10.0
_UNFOLDED_COLUMNS = 10_000


class Terminal:
    """Writes for people, or with `as_json` for programs: one JSON object on the last line."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._notes = Console(stderr=True, highlight=False)
        self._results = Console(highlight=False)
        if not self._results.is_terminal:  # `grep` and `cut` want a row in one line
            self._results.width = _UNFOLDED_COLUMNS

    def note(self, line: str) -> None:
        """Say what happens now."""
        self._notes.print(line, markup=False, soft_wrap=True)

    def result(self, values: Any) -> None:
        """Print the command's result as one line of JSON, if that is wanted."""
        if self.as_json:
            line = json.dumps(values, ensure_ascii=False)
            # A file's name may be no Unicode: \udcff is how JSON writes such a character too.
            line = line.encode("utf-8", "backslashreplace").decode("utf-8")
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def heading(self, line: str) -> None:
        """Begin a part of what is shown."""
        if not self.as_json:
            self._results.print()
            self._results.print(Text(line, style="bold"))

    def line(self, text: str) -> None:
        """Show a line that may be copied: it is neither wrapped nor coloured."""
        if not self.as_json:
            self._results.print(text, markup=False, soft_wrap=True)

    def rows(self, columns: list[str], rows: list[list[str | Text]]) -> None:
        """Show a table."""
        if self.as_json:
            return
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._results.print(table)

    def hits(self, hits: list[Mapping[str, Any]]) -> None:
        """Show documents found: score and name, and below them what was found, highlighted."""
        if self.as_json:
            return
        for hit in hits:
            head = Text.assemble(f"{hit['score']:>{_SCORE_WIDTH}.3f}  ", (hit["name"], "bold"))
            self._results.print(head, soft_wrap=True)
            snippet = hit["snippet"]
            shown = marked(snippet["text"], snippet["start"], snippet["highlights"])
            self._results.print(Padding(shown, (0, 0, 0, _SCORE_WIDTH + 2), expand=False))

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator["Bar"]:
        """Show progress while the body runs: a bar, or elsewhere than on a terminal, some lines."""
        if not self._notes.is_terminal:
            yield Lines(self.note, label, total)
            return
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._notes,
        ) as progress:
            yield MovingBar(progress, progress.add_task(label, total=total))


class Bar(Protocol):
    """How far something is."""

    def show(self, done: float, total: float | None = None, label: str | None = None) -> None:
        """Say how much is done; change the total or the label where given."""


class MovingBar:
    """A bar that moves in its place, on a terminal."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def show(self, done: float, total: float | None = None, label: str | None = None) -> None:
        """Move the bar to `done`; change its total or its label where given."""
        changes: dict[str, Any] = {"completed": done}
        if total is not None:
            changes["total"] = total
        if label is not None:
            changes["description"] = label
        self._progress.update(self._task, **changes)


class Lines:
    """Lines of a log: one at the start, and then one now and again when there is something new."""

    def __init__(
        self,
        note: Callable[[str], None],
        label: str,
        total: float | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._note = note
        self._label, self._total = label, total
        self._clock = clock
        self._said = label if total is None else f"{label}: {total:.0f}"
        note(self._said)
        self._said_at = clock()

    def show(self, done: float, total: float | None = None, label: str | None = None) -> None:
        """Write a line, unless one was written a short while ago or nothing has changed."""
        self._label = label or self._label
        self._total = self._total if total is None else total
        share = f"{done:.0f}" if self._total is None else f"{done:.0f} of {self._total:.0f}"
        line = f"{self._label}: {share}"
        if line != self._said and self._clock() - self._said_at >= _SECONDS_BETWEEN_LINES:
            self._note(line)
            self._said, self._said_at = line, self._clock()


def marked(text: str, start: int, highlights: list[list[int]]) -> Text:
    """Return a snippet in one line, its highlights marked; offsets count from the body's start."""
    shown = Text(text)
    for first, last in highlights:
        shown.stylize(_MARK, first - start, last - start)
    return Text(" ").join(line for line in shown.split("\n") if line.plain.strip())
