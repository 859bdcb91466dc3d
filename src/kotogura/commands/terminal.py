"""What a person sees: notes and progress on standard error, results on standard output."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
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


class Terminal:
    """Writes for people, or with `as_json` for programs: one JSON object on the last line."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._notes = Console(stderr=True, highlight=False)
        self._results = Console(highlight=False)

    def note(self, line: str) -> None:
        """Say what happens now."""
        self._notes.print(line, markup=False)

    def result(self, values: Any) -> None:
        """Print the command's result as one line of JSON, if that is wanted."""
        if self.as_json:
            sys.stdout.write(json.dumps(values, ensure_ascii=False) + "\n")
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
        """Show documents found, with their highlights."""
        rows: list[list[str | Text]] = []
        for hit in hits:
            snippet = hit["snippet"]
            shown = marked(snippet["text"], snippet["start"], snippet["highlights"])
            rows.append([f"{hit['score']:.3f}", hit["name"], shown])
        self.rows(["score", "document", "snippet"], rows)

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator["Bar"]:
        """Show a progress bar while the body runs; elsewhere than on a terminal, its label."""
        if not self._notes.is_terminal:
            self.note(label if total is None else f"{label}: {total}")
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._notes,
            disable=not self._notes.is_terminal,
        ) as progress:
            yield Bar(progress, progress.add_task(label, total=total))


class Bar:
    """One progress bar."""

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


def marked(text: str, start: int, highlights: list[list[int]]) -> Text:
    """Return a snippet in one line, its highlights marked; offsets count from the body's start."""
    shown = Text(text)
    for first, last in highlights:
        shown.stylize(_MARK, first - start, last - start)
    return Text(" ").join(line for line in shown.split("\n") if line.plain.strip())
