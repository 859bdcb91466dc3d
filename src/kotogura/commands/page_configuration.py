"""What the web page must know of the deployment that it belongs to."""

from pathlib import Path
from typing import Any

from kotogura.commands.accounts import Accounts
from kotogura.commands.deployment import Deployment


def page_configuration(deployment: Deployment, state: Path) -> dict[str, Any]:
    """Return `config.json` as the page reads it; docs/guide.md names the members.

    On a laptop it lists the users whose passwords `kotogura` made, for signing in at a click. No
    deployment in an AWS account has that list, whatever this machine knows.
    """
    outputs = deployment.outputs
    configuration = {
        # In an account CloudFront answers for both, and the page may speak to no other host.
        "apiUrl": deployment.api_url if deployment.endpoint else "/api",
        "signInUrl": deployment.endpoint or outputs["SignInUrl"],
        "clientId": outputs["UserPoolClientId"],
        "region": outputs["UserPoolId"].partition("_")[0],
        "stage": outputs["Stage"],
    }
    if deployment.endpoint is None:
        return configuration
    accounts = Accounts(deployment, state)
    users = [
        {
            "user": one.user,
            "password": one.password,
            "tenant": record.tenant,
            "tenantName": record.name,
            "role": one.role,
        }
        for record in deployment.tenants.all()
        for one in accounts.known(record.tenant)
    ]
    return {**configuration, "users": users}
