"""Traces: the spans of a call, sent to X-Ray as subsegments of the function's segment.

Lambda makes the segment and decides which calls are sampled; its daemon, beside the function, takes
UDP packets in X-Ray's document format
(https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html) and delivers them
over a network of Lambda's own, so that a function in a VPC needs no way out. The X-Ray SDK, and
with it the Tracer of Powertools, is not maintained after February 2027; OpenTelemetry wants a layer
or 10 MB of packages, and time at each cold start. The format needs neither.

A span holds ids and counts. It has no place for text.
"""

import json
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from kotogura.errors import Kind, KotoguraError

_HEADER = b'{"format": "json", "version": 1}\n'
_OURS = (Kind.INTERNAL, Kind.UNAVAILABLE, Kind.TIMEOUT)

Send = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where the spans of a call belong.

    Attributes:
        trace_id: X-Ray's id of the whole trace.
        parent_id: of the segment that Lambda makes for the call.
    """

    trace_id: str
    parent_id: str

    @classmethod
    def sampled(cls, header: str | None) -> "TraceContext | None":
        """Return what Lambda's trace header says, None where the call isn't sampled.

        >>> TraceContext.sampled("Root=1-6926f2c4-0b1d5e;Parent=53995c3f42cd8ad8;Sampled=1")
        TraceContext(trace_id='1-6926f2c4-0b1d5e', parent_id='53995c3f42cd8ad8')
        >>> TraceContext.sampled("Root=1-6926f2c4-0b1d5e;Parent=53995c3f42cd8ad8;Sampled=0")
        >>> TraceContext.sampled(None)
        """
        parts = dict(part.split("=", 1) for part in (header or "").split(";") if "=" in part)
        if parts.get("Sampled") != "1" or not {"Root", "Parent"} <= parts.keys():
            return None
        return cls(parts["Root"], parts["Parent"])


@dataclass(slots=True)
class TracedSpan:
    """Implements `spans.Span`: a subsegment under way."""

    name: str
    parent_id: str
    span_id: str = field(default_factory=lambda: secrets.token_hex(8))
    start_seconds: float = field(default_factory=time.time)
    annotations: dict[str, int | str] = field(default_factory=dict)

    def count(self, **counts: int) -> None:
        """Tell how many of something the work is about. Raises TypeError for what is no number."""
        for name, value in counts.items():
            if not isinstance(value, int):
                raise TypeError(f"{name} must be a whole number")
            self.annotations[name] = value

    def identify(self, ids: Mapping[str, int | str]) -> None:
        """Tell what the work is about: ids that we made, never what a person wrote."""
        self.annotations.update(ids)


class Trace:
    """Implements `spans.Listener` for one call. Not safe for concurrent use."""

    def __init__(self, context: TraceContext, send: Send) -> None:
        """Send the spans of `context`, each as one document when it ends, by `send`."""
        self._context = context
        self._send = send
        self._parent_id = context.parent_id

    @contextmanager
    def __call__(self, name: str) -> Iterator[TracedSpan]:
        """Make a subsegment of what happens meanwhile, below the one that is under way."""
        span = TracedSpan(name, self._parent_id)
        self._parent_id = span.span_id
        failure: dict[str, bool] = {}
        try:
            yield span
        except Exception as error:
            failure = {_blame(error): True}
            span.annotations["raised"] = type(error).__name__
            raise
        finally:
            self._parent_id = span.parent_id
            document = {
                "name": span.name,
                "id": span.span_id,
                "trace_id": self._context.trace_id,
                "parent_id": span.parent_id,
                "type": "subsegment",
                "start_time": span.start_seconds,
                "end_time": time.time(),
                "annotations": span.annotations,
                **failure,
            }
            self._send(_HEADER + json.dumps(document).encode())


class Traces:
    """Makes the trace of each call that is sampled."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def call(self, environment: Mapping[str, str]) -> Trace | None:
        """Return the trace of the call under way, whose header Lambda puts into `environment`."""
        context = TraceContext.sampled(environment.get("_X_AMZN_TRACE_ID"))
        return None if context is None else Trace(context, self._send)


def _blame(error: Exception) -> str:
    """Return X-Ray's word: the caller's is an error, ours a fault."""
    theirs = isinstance(error, KotoguraError) and error.kind not in _OURS
    return "error" if theirs else "fault"


class Daemon:
    """Lambda's daemon, at `host:port`; what it doesn't take is lost, and the call goes on."""

    def __init__(self, address: str, lost: Callable[[OSError], object]) -> None:
        """Send to `address`; `lost` is told why a packet didn't get out."""
        host, _, port = address.rpartition(":")
        self._address = (host, int(port))
        self._lost = lost
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def __call__(self, packet: bytes) -> None:
        """Send `packet`."""
        try:
            self._socket.sendto(packet, self._address)
        except OSError as error:
            self._lost(error)

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()
