"""`sam local start-api` answers a search for whoever has a token."""

import json
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from kotogura.local.sam.command import sam_command
from tests.integration.conftest import MINATO, ROOT, RunningSystem, eventually
from tests.sam_local.answers import NAME
from tests.sam_local.command_line import SamLocal
from tests.sam_local.stages import Day

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

SEARCH = "/search?q=" + urllib.parse.quote("出張 宿泊")


@pytest.fixture(scope="module")
def address(sam: SamLocal, day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the API on a free port of the loopback interface, once the images have indexed."""
    day.come_to("reindex-swap")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("start-api") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            sam_command(ROOT, ["start-api", "--port", str(port), "--warm-containers", "LAZY"]),
            cwd=ROOT,
            env=sam.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: _listens(port) or _ended(process, log.read_text()), "start-api")
        yield f"http://127.0.0.1:{port}"
    finally:
        # It ignores SIGINT in the background; SIGTERM also removes its containers.
        process.terminate()
        process.wait(timeout=60)


@pytest.mark.parametrize("mode", ["words", "meaning", "both"])
def test_a_search_with_a_token_finds_the_tenants_document(
    mode: str, address: str, system: RunningSystem
) -> None:
    status, answer = _get(f"{address}{SEARCH}&mode={mode}", system.accounts.token(MINATO))
    assert (status, answer["mode"]) == (200, mode), answer
    assert NAME in [hit["name"] for hit in answer["hits"]]


def test_a_search_without_a_token_or_with_a_forged_one_is_refused(
    address: str, system: RunningSystem
) -> None:
    head, payload, _ = system.accounts.token(MINATO).split(".")
    assert _get(address + SEARCH, None)[0] == 401
    assert _get(address + SEARCH, f"{head}.{payload}.forged")[0] == 401


def _get(url: str, token: str | None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def _listens(port: int) -> bool | None:
    with socket.socket() as probe:
        return True if probe.connect_ex(("127.0.0.1", port)) == 0 else None


def _ended(process: subprocess.Popen[bytes], said: str) -> None:
    if process.poll() is not None:
        pytest.fail(f"start-api ended: {said[-3000:]}")
