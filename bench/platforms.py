"""A search by word over HTTP, as each platform answers it: `python -m bench.platforms`.

One stack on this machine serves them all: the function behind the embedded API Gateway, gunicorn as
`containers/api` runs it, and a Django project. One client asks them in turn, one request at a time,
so that whatever else the machine does meets all of them alike.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import urllib3

from bench.latency import percentile
from bench.machine import machine, versions
from bench.process import memory
from bench.served import DEADLINE_SECONDS, free_port, served, workers_of
from kotogura.commands.accounts import Accounts
from kotogura.commands.deployment import Deployment
from kotogura.documents.identity import document_key
from kotogura.documents.ledger import DocumentState
from kotogura.local.running import RunningStack
from kotogura.local.service import service_command, service_environment
from kotogura.local.stack import LocalStack, StackOptions
from kotogura.tenants.identity import TenantId

ROOT = Path(__file__).resolve().parents[1]
TENANT = TenantId("minato-shoji")
WORDS = ("空港", "有給", "育児", "契約", "会議室 予約", "出張", "精算", "勤務")


def main() -> None:
    """Print p50 and p99 of each platform, and the memory of the servers' workers."""
    parser = argparse.ArgumentParser(prog="python -m bench.platforms", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="times that each question is asked")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as parts:
        state = Path(folder)
        # Three platforms in turn send more than a tenant may.
        limits = {"SearchesPerSecond": "1000000"}
        options = StackOptions(root=ROOT, state=state, port=free_port(), parameters=limits)
        stack = parts.enter_context(LocalStack(options))
        token = _filled(Deployment.of(stack), state)
        _await_hits(stack.api_url, token)
        told = service_environment(RunningStack.find(state), state)
        urls, pids = {"lambda": stack.api_url}, {}
        for name, (command, below) in _SERVERS.items():
            port = free_port()
            urls[name] = f"http://127.0.0.1:{port}{below}"
            bound = command(port)
            pids[name] = parts.enter_context(served(bound, urls[name], told, state / name))
        figures = _measured(urls, token, arguments.rounds)
        for name, pid in pids.items():
            figures[name] |= memory(workers_of(pid)[0])
    report = {
        "requests": len(WORDS) * arguments.rounds,
        "platforms": figures,
        "machine": machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(("kotogura", "gunicorn", "django", "aws-lambda-powertools")),
    }
    print(json.dumps(report, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def _django(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1"),
        *("--no-control-socket", "bench.django_project:application"),
    ]


_SERVERS: dict[str, tuple[Callable[[int], list[str]], str]] = {
    "container": (lambda port: service_command(ROOT, port, workers=1), ""),
    "django": (_django, "/kotogura"),
}


def _filled(deployment: Deployment, state: Path) -> str:
    """Upload a tenant's samples, wait until they can be found, and return a token."""
    accounts = Accounts(deployment, state)
    accounts.create(TENANT, "港商事", "bench@example.com", "off")
    folder = ROOT / "samples" / TENANT
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        key = document_key(TENANT, path.relative_to(folder).as_posix())
        deployment.s3.put_object(Bucket=deployment.bucket, Key=key, Body=path.read_bytes())
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        records = deployment.ledger.page(TENANT).records
        states = [record.state for record in records]
        if len(states) == len(files) and DocumentState.RECEIVED not in states:
            return accounts.token(TENANT)
        time.sleep(0.2)
    sys.exit("the samples can't be found in time")


def _await_hits(url: str, token: str) -> None:
    """Wait until every question finds something: what was uploaded is committed a little later."""
    headers = {"Authorization": f"Bearer {token}"}
    deadline = time.monotonic() + DEADLINE_SECONDS
    waiting = list(WORDS)
    while waiting:
        answer = urllib3.request("GET", url + _path(waiting[0]), headers=headers, timeout=30)
        if answer.status == 200 and answer.json()["hits"]:
            waiting.pop(0)
        elif time.monotonic() > deadline:
            sys.exit(f"{waiting[0]} finds nothing: {answer.status}")
        else:
            time.sleep(0.2)


def _path(words: str) -> str:
    return f"/search?mode=words&q={quote(words)}"


def _measured(urls: Mapping[str, str], token: str, rounds: int) -> dict[str, dict[str, float]]:
    """Ask every question on every platform in turn, after three rounds that aren't timed."""
    pool = urllib3.PoolManager(retries=False, headers={"Authorization": f"Bearer {token}"})
    paths = [_path(words) for words in WORDS]
    times: dict[str, list[float]] = {name: [] for name in urls}
    for number in range(rounds + 3):
        for path in paths:
            for name, url in urls.items():
                start = time.perf_counter_ns()
                answer = pool.request("GET", url + path)
                elapsed = (time.perf_counter_ns() - start) / 1e6
                if answer.status != 200 or not json.loads(answer.data)["hits"]:
                    sys.exit(f"{name} answered {answer.status}, or nothing found")
                if number >= 3:
                    times[name].append(elapsed)
    return {
        name: {
            "p50_ms": round(percentile(taken, 0.5), 2),
            "p99_ms": round(percentile(taken, 0.99), 2),
        }
        for name, taken in times.items()
    }


if __name__ == "__main__":
    main()
