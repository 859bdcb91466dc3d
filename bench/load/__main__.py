"""How the long-lived service bears load: `python -m bench.load`.

One local stack, and gunicorn as `containers/api` runs it beside it, on the loopback alone. Three
measurements in turn, each bounded in time; ends with 1 when one of them doesn't hold.
"""

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.load.clients import Tenant
from bench.load.phases import SHARE, neighbours, rising, soak
from bench.machine import machine, versions
from bench.process import resident_mb
from bench.served import DEADLINE_SECONDS, ROOT, free_port, served, workers_of
from kotogura.commands.accounts import Accounts
from kotogura.commands.deployment import Deployment
from kotogura.documents.identity import document_key
from kotogura.documents.ledger import DocumentState
from kotogura.local.running import RunningStack
from kotogura.local.service import service_command, service_environment
from kotogura.local.stack import LocalStack, StackOptions
from kotogura.tenants.identity import TenantId

_AS_MUCH_AS_THEY_LIKE = 1_000_000
LIMITS = {
    TenantId("quiet"): _AS_MUCH_AS_THEY_LIKE,
    TenantId("loud-limited"): int(SHARE),
    TenantId("loud-unlimited"): _AS_MUCH_AS_THEY_LIKE,
}
LONGEST_MINUTES = 120


def main() -> None:
    """Measure, print the report, and write it where `--json` says."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as parts:
        state = Path(folder)
        stack = parts.enter_context(
            LocalStack(StackOptions(root=ROOT, state=state, port=free_port()))
        )
        tokens = _filled(Deployment.of(stack), state)
        told = service_environment(RunningStack.find(state), state)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = service_command(ROOT, port, workers=options.workers)
        pid = parts.enter_context(served(command, url, told, state / "service"))
        quiet, limited, unlimited = (Tenant(url, tokens[name]) for name in LIMITS)
        rising(quiet, 1)  # every worker has opened its index, and nothing is told of it
        report = {
            "workers": options.workers,
            "rising": rising(quiet, options.seconds),
            "neighbours": neighbours(quiet, limited, unlimited, options.seconds * 2),
            "soak": soak(
                [quiet, unlimited],
                options.minutes,
                lambda: round(sum(map(resident_mb, workers_of(pid))), 1),
            ),
            "machine": machine(),
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": versions(("kotogura", "gunicorn", "urllib3")),
        }
    print(json.dumps(report, indent=1))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    held = report["neighbours"]["held"] and report["soak"]["held"]
    sys.exit(0 if held and report["neighbours"]["defect_found"] else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="of the soak; 20")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each concurrency; 10")
    parser.add_argument("--workers", type=int, default=2, help="processes that answer; 2")
    parser.add_argument("--json", type=Path, help="write the report there too")
    options = parser.parse_args()
    if not (0 < options.minutes <= LONGEST_MINUTES and 1 <= options.seconds <= 600):
        parser.error(f"the soak takes {LONGEST_MINUTES} minutes at most, a step 1 to 600 seconds")
    return options


def _filled(deployment: Deployment, state: Path) -> dict[TenantId, str]:
    """Give each tenant the samples and its limit, wait until all are found, return tokens."""
    accounts = Accounts(deployment, state)
    folder = ROOT / "samples" / "minato-shoji"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for tenant, searches_per_second in LIMITS.items():
        accounts.create(tenant, tenant, f"{tenant}@example.com", "off")
        deployment.tenants.set_limits(tenant, {"searches_per_second": searches_per_second})
        for path in files:
            key = document_key(tenant, path.relative_to(folder).as_posix())
            deployment.s3.put_object(Bucket=deployment.bucket, Key=key, Body=path.read_bytes())
    deadline = time.monotonic() + DEADLINE_SECONDS * len(LIMITS)
    while time.monotonic() < deadline:
        pages = [deployment.ledger.page(tenant).records for tenant in LIMITS]
        states = [record.state for page in pages for record in page]
        if len(states) == len(files) * len(LIMITS) and DocumentState.RECEIVED not in states:
            return {tenant: accounts.token(tenant) for tenant in LIMITS}
        time.sleep(0.2)
    sys.exit("the samples can't be found in time")


if __name__ == "__main__":
    main()
