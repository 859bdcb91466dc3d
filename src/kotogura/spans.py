"""What a piece of work is made of, told to whoever measures it.

A room marks its stretches of work with `span` and knows nobody who listens. While nobody does, that
costs a look into a context variable, about 1 µs. `kotogura.platform.traces` is a listener.

A span tells whole numbers and nothing else, so that no text, query or term can get out this way.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Protocol


class Span(Protocol):
    """A stretch of work that is under way."""

    def count(self, **counts: int) -> None:
        """Tell how many of something the work is about, by name."""


Listener = Callable[[str], AbstractContextManager[Span]]
"""Told the name of each span as it begins; its context is left when the span ends, or fails."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


class _Unheard:
    """The span that nobody listens to."""

    __slots__ = ()

    def __enter__(self) -> "_Unheard":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def count(self, **counts: int) -> None:
        pass


_UNHEARD = _Unheard()


def span(name: str) -> AbstractContextManager[Span]:
    """Return the context of a stretch of work.

    >>> with span("search.postings") as reading:
    ...     reading.count(terms=2)
    """
    listener = _listener.get()
    return _UNHEARD if listener is None else listener(name)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell `listener` of every span that begins meanwhile in this thread."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
