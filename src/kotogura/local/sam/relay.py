"""Carries bytes from one address to another; an address is `tcp:HOST:PORT` or `unix:PATH`.

A container that has no network reaches the local stack through a socket in a folder it mounts:

    python relay.py tcp:127.0.0.1:4566 unix:/run/kotogura/aws.sock

It needs the standard library alone, so that any container with a Python can run it.
"""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from types import TracebackType
from typing import Any

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Opening = Callable[[asyncio.StreamReader], Awaitable[bytes]]

_PIECE_BYTES = 65_536
# A loop knows its tasks weakly: one whose client has gone, and that waits for the other side, would
# be garbage in the midst of it.
_joining: set[asyncio.Task[Any]] = set()
# What ends a connection as well as its end does; the relay's own end cancels it.
_ENDINGS = (ConnectionError, FileNotFoundError, asyncio.CancelledError, asyncio.IncompleteReadError)


async def nothing_first(_: asyncio.StreamReader) -> bytes:
    """Send nothing of one's own before what the client sends."""
    return b""


async def dial(address: str) -> Streams:
    """Connect to an address."""
    kind, _, place = address.partition(":")
    if kind == "unix":
        return await asyncio.open_unix_connection(place)
    host, _, port = place.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def listen(
    address: str, answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> asyncio.Server:
    """Listen at an address; port 0 is any free one."""
    kind, _, place = address.partition(":")
    if kind == "unix":
        return await asyncio.start_unix_server(answer, place)
    host, _, port = place.rpartition(":")
    return await asyncio.start_server(answer, host, int(port))


async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass on what comes until its end, and then the end."""
    with contextlib.suppress(ConnectionError):
        while piece := await source.read(_PIECE_BYTES):
            target.write(piece)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()


async def join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    address: str,
    opening: Opening = nothing_first,
) -> None:
    """Connect a client with `address`, both ways; `opening` may change what comes first."""
    if task := asyncio.current_task():
        _joining.add(task)
        task.add_done_callback(_joining.discard)
    with contextlib.closing(writer), contextlib.suppress(*_ENDINGS):
        first = await opening(reader)
        there, here = await dial(address)
        with contextlib.closing(here):
            here.write(first)
            await asyncio.gather(carry(reader, here), carry(there, writer))


class Relay:
    """A relay in a thread of its own; a context manager. `listening` is where, once it does."""

    def __init__(self, listening: str, target: str, opening: Opening = nothing_first) -> None:
        self.listening = listening
        self._answer = partial(join, address=target, opening=opening)
        self._ready: Future[tuple[str, Callable[[], object]]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "Relay":
        """Listen from now on.

        Raises:
            OSError: when the address can't be had.
        """
        self._thread.start()
        self.listening, self._end = self._ready.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        self._thread.join()

    async def _serve(self) -> None:
        try:
            server = await listen(self.listening, self._answer)
        except OSError as error:
            self._ready.set_exception(error)
            return
        name = server.sockets[0].getsockname()
        where = f"unix:{name}" if isinstance(name, str) else f"tcp:{name[0]}:{name[1]}"
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        self._ready.set_result((where, partial(loop.call_soon_threadsafe, ended.set)))
        await ended.wait()
        server.close()


async def main(listening: str, target: str) -> None:
    """Relay until the process ends."""
    server = await listen(listening, partial(join, address=target))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
