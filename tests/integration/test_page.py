"""The page as people meet it: Chromium, the built page, and the whole stack behind it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kotogura.commands.page import LocalPage
from kotogura.commands.terminal import Terminal
from tests.integration.conftest import ROOT, RunningSystem

FRONTEND = ROOT / "frontend"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PLAYWRIGHT = FRONTEND / "node_modules" / "@playwright" / "test" / "cli.js"

pytestmark = [
    pytest.mark.stack,
    pytest.mark.model,
    pytest.mark.enable_socket,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: `apt-get install chromium`"),
    pytest.mark.skipif(
        not (FRONTEND / "dist" / "index.html").is_file() or not PLAYWRIGHT.is_file(),
        reason="the web page isn't built: run `make page`",
    ),
]


@pytest.fixture(scope="module")
def served(system: RunningSystem, page: LocalPage) -> Iterator[LocalPage]:
    with page.served(system.deployment, system.state, Terminal(as_json=True)) as is_served:
        assert is_served
        yield page


@pytest.mark.parametrize("spec", sorted(path.name for path in (FRONTEND / "e2e").glob("*.spec.ts")))
def test_the_page_does_what_its_specification_says(served: LocalPage, spec: str) -> None:
    """One run of Playwright's for each file of `frontend/e2e`; its own report tells which step."""
    done = subprocess.run(
        [Path(sys.executable).parent / "node", PLAYWRIGHT, "test", f"e2e/{spec}"],
        cwd=FRONTEND,
        env=os.environ | {"KOTOGURA_PAGE": served.url, "KOTOGURA_CHROMIUM": str(CHROMIUM)},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
