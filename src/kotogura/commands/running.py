"""Commands that run the local stack in their own process."""

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from kotogura.commands.accounts import Accounts
from kotogura.commands.demo import Stopwatch, run_demo, unexpected_searches
from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import DemonstrationFailed
from kotogura.commands.page import LocalPage
from kotogura.commands.terminal import Terminal
from kotogura.local.ministack_process import REGION, require_free
from kotogura.local.stack import LocalStack, StackOptions
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.tenants.identity import TenantId

_WARM = ("IngestFunction", "TokenizeFunction", "CommitFunction", "SearchFunction")


def run_up(
    root: Path, state: Path, port: int, page_port: int, terminal: Terminal, *, iam: bool
) -> None:
    """Start the stack and the page, and stay until Ctrl-C or SIGTERM."""
    _prepare_base_model(state, port, terminal)
    page = _page(root, page_port)
    with (
        _stack(root, state, port, page, terminal, iam=iam) as stack,
        page.served(Deployment.of(stack), state, terminal) as is_served,
    ):
        deployment = Deployment.of(stack)
        if is_served:
            terminal.line(f"page     {page.url}")
        terminal.line(f"API      {deployment.api_url}")
        terminal.line(f"bucket   s3://{deployment.bucket}")
        terminal.line(f"endpoint {deployment.endpoint}")
        terminal.line(f"logs     {stack.folder.logs}")
        terminal.result(
            {
                "page_url": page.url if is_served else None,
                "api_url": deployment.api_url,
                "bucket": deployment.bucket,
                "endpoint": deployment.endpoint,
                "logs": str(stack.folder.logs),
            }
        )
        stack.wait()


def run_demonstration(
    root: Path,
    state: Path,
    port: int,
    page_port: int,
    terminal: Terminal,
    *,
    once: bool,
    iam: bool,
) -> None:
    """Run the demonstration on a stack of its own; stay until Ctrl-C unless `once`."""
    watch = Stopwatch()
    with watch.stage("base model"):
        _prepare_base_model(state, port, terminal)
    samples = root / "samples"
    page = _page(root, page_port)
    with (
        _stack(root, state, port, page, terminal, watch, iam=iam) as stack,
        page.served(Deployment.of(stack), state, terminal) as is_served,
    ):
        deployment = Deployment.of(stack)
        report = run_demo(deployment, state, samples, terminal, watch)
        report["page"] = page.check() if is_served else None
        if not once:
            _invite(deployment, state, samples, stack, page.url if is_served else None, terminal)
            terminal.result(report)
            stack.wait()
    if once:
        terminal.result(report)  # the last line, after all that ending says
    if report["page"] is not None and not report["page"]["answers"]:
        raise DemonstrationFailed(f"the page doesn't answer at {page.url}")
    unexpected = list(unexpected_searches(report))
    if unexpected:
        raise DemonstrationFailed(f"no sensible hit for these searches: {', '.join(unexpected)}")


def _prepare_base_model(state: Path, port: int, terminal: Terminal) -> None:
    """Make the base model once; later starts only check it, and don't wait for torch to load.

    Raises:
        PortInUse: when the stack could not start afterwards; that is told before a minute's work.
    """
    folder = state / "models" / "base"
    if ModelManifest.find_sound(folder) is None:
        require_free(port)
        from kotogura.semantics.base_model import import_base_model  # noqa: PLC0415

        terminal.note("making the base model")
        import_base_model(folder, on_progress=lambda stage: terminal.note(f"  {stage}"))


def _page(root: Path, port: int) -> LocalPage:
    return LocalPage(root / "frontend" / "dist", port)


@contextmanager
def _stack(
    root: Path,
    state: Path,
    port: int,
    page: LocalPage,
    terminal: Terminal,
    watch: Stopwatch | None = None,
    *,
    iam: bool,
) -> Iterator[LocalStack]:
    """Run the stack while the body runs, its first functions initialising meanwhile."""
    options = StackOptions(root=root, state=state, port=port, parameters=page.parameters, iam=iam)
    stack = LocalStack(options, on_progress=terminal.note)
    with (watch or Stopwatch()).stage("stack"):
        stack.start()
    try:
        stack.warm(*_WARM)
        yield stack
    finally:
        terminal.note("ending the local stack")
        stack.stop()


def _invite(
    deployment: Deployment,
    state: Path,
    samples: Path,
    stack: LocalStack,
    page_url: str | None,
    terminal: Terminal,
) -> None:
    """Show what can be done with the stack that is up."""
    plan = json.loads((samples / "demo.json").read_text(encoding="utf-8"))
    first = plan["tenants"][0]
    tenant = TenantId(first["tenant"])
    token = Accounts(deployment, state).token(tenant)
    query = quote(first["searches"]["meaning"]["query"])
    url = shlex.quote(f"{deployment.api_url}/search?q={query}")
    terminal.heading("The stack is up. Try:")
    terminal.line(f"curl -H 'Authorization: Bearer {token}' {url}")
    terminal.line("")
    terminal.line(f"API    {deployment.api_url}")
    terminal.line(
        f"token  the one above, of {tenant}; `kotogura token --tenant {tenant}` makes more"
    )
    terminal.line("upload export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test")
    terminal.line(
        f"       aws --region {REGION} --endpoint-url {deployment.endpoint} s3 cp FILE.txt "
        f"s3://{deployment.bucket}/{tenant}/documents/"
    )
    terminal.line(f"logs   {stack.folder.logs}")
    if page_url:
        terminal.heading(f"Open {page_url} in a browser.")
    terminal.line("Ctrl-C ends it; what it made is kept.")
