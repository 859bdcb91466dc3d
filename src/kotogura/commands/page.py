"""The web page beside a local stack."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from kotogura.commands.deployment import Deployment
from kotogura.commands.page_configuration import page_configuration
from kotogura.commands.terminal import Terminal
from kotogura.local.errors import PageNotBuilt
from kotogura.local.page_server import PageServer, PageSources, page_url

DEFAULT_PAGE_PORT = 4600


@dataclass(frozen=True, slots=True)
class LocalPage:
    """Where the page is built, and where it is served."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return page_url(self.port)

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters that let people sign in at this address."""
        return {"FrontendOrigin": self.url}

    @contextmanager
    def served(self, deployment: Deployment, state: Path, terminal: Terminal) -> Iterator[bool]:
        """Serve the page while the body runs; yield whether it is, for it may not be built.

        Raises:
            PortInUse: when something else listens on its port.
        """
        sources = PageSources(
            folder=self.folder,
            api_url=deployment.api_url,
            endpoint=deployment.endpoint or "",
            configuration=lambda: page_configuration(deployment, state),
        )
        try:
            server = PageServer(sources, self.port)
        except PageNotBuilt as missing:
            terminal.note(missing.detail)
            yield False
            return
        with server:
            yield True

    def check(self) -> dict[str, Any]:
        """Ask for the page and its configuration as a browser would; what `demo --json` tells."""
        answers = [
            urllib3.request("GET", f"{self.url}{path}", timeout=10, retries=False)
            for path in ("/", "/config.json")
        ]
        ok = all(answer.status == 200 for answer in answers)
        return {"url": self.url, "answers": ok and bool(answers[1].json()["users"])}
