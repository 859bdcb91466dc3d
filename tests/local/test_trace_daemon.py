"""What is sent to X-Ray's daemon arrives, and a packet that can't be sent breaks nothing."""

import json
import socket

import pytest

from kotogura.platform.traces import Daemon, Trace, TraceContext
from kotogura.spans import listening, span

pytestmark = pytest.mark.enable_socket

CONTEXT = TraceContext("1-6926f2c4-0b1d5ea1c2d3e4f5a6b7c8d9", "53995c3f42cd8ad8")


def test_a_daemon_gets_a_packet_for_each_span_and_a_lost_one_is_told() -> None:
    lost: list[OSError] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        daemon = Daemon(f"127.0.0.1:{receiver.getsockname()[1]}", lost.append)
        with listening(Trace(CONTEXT, daemon)), span("publish-generation"):
            pass
        document = receiver.recv(65_000).split(b"\n")[1]
    assert json.loads(document)["name"] == "publish-generation"
    assert lost == []
    daemon(b"x" * 70_000)  # more than a packet holds
    daemon.close()
    assert len(lost) == 1
