"""The same work on many things, a few at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

Item = TypeVar("Item")
Result = TypeVar("Result")

_FAILURES = 20
"""So many failures are no accident: what is left is not begun."""


@dataclass
class Outcomes(Generic[Item, Result]):
    """What was done, and what failed and why, in a few words; what was not begun is in neither."""

    done: list[tuple[Item, Result]] = field(default_factory=list)
    failed: list[tuple[Item, str]] = field(default_factory=list)


def run_each(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    jobs: int,
    on_progress: Callable[[int], None],
) -> Outcomes[Item, Result]:
    """Do `work` on each of `items`, at most `jobs` at a time.

    What AWS or the file system refuses is a failure of that item alone; any other error is raised.
    At Ctrl-C what has begun is ended and nothing more is begun.
    """
    outcomes: Outcomes[Item, Result] = Outcomes()
    with ThreadPoolExecutor(jobs) as pool:
        waiting: dict[Future[Result], Item] = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(waiting):
                item = waiting[future]
                try:
                    outcomes.done.append((item, future.result()))
                except ClientError as error:
                    outcomes.failed.append((item, error.response["Error"].get("Code", "refused")))
                except (BotoCoreError, OSError) as error:
                    outcomes.failed.append((item, type(error).__name__))
                on_progress(len(outcomes.done) + len(outcomes.failed))
                if len(outcomes.failed) >= _FAILURES:
                    break
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return outcomes
