"""What every command shares."""

from dataclasses import dataclass
from pathlib import Path

from kotogura.commands.accounts import Accounts
from kotogura.commands.api import Api
from kotogura.commands.deployment import Deployment
from kotogura.commands.terminal import Terminal
from kotogura.tenants.identity import TenantId


@dataclass(frozen=True, slots=True)
class Session:
    """The state folder, the deployment's name, the terminal."""

    state: Path
    stack_name: str | None
    terminal: Terminal

    def terminal_for(self, *, as_json: bool) -> Terminal:
        """Return the terminal of a command that has `--json` of its own as well."""
        return Terminal(as_json or self.terminal.as_json)

    def deployment(self) -> Deployment:
        """Return the deployment that is meant."""
        return Deployment.find(self.state, self.stack_name)

    def api(self, deployment: Deployment, tenant: TenantId) -> Api:
        """Return the API as the tenant's user calls it."""
        return Api(deployment.api_url, Accounts(deployment, self.state).token(tenant))
