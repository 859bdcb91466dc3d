"""Waiting until documents have come to where they should."""

import time
from collections.abc import Callable, Mapping

from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import UploadIncomplete
from kotogura.commands.terminal import Terminal
from kotogura.documents.ledger import DocumentRecord
from kotogura.tenants.identity import TenantId

_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 4.0


def wait_for(
    deployment: Deployment,
    tenant: TenantId,
    names: Mapping[str, str],
    is_settled: Callable[[DocumentRecord], bool],
    terminal: Terminal,
    label: str,
    deadline_seconds: float,
) -> dict[str, DocumentRecord]:
    """Return the settled records of all documents in `names`, by id.

    Only what has not settled is asked for again, less and less often while nothing happens.

    Raises:
        UploadIncomplete: when nothing settles for `deadline_seconds`; a retry may help.
    """
    settled: dict[str, DocumentRecord] = {}
    waiting = list(names)
    last, pause = time.monotonic(), _FIRST_PAUSE_SECONDS
    with terminal.progress(label, len(names)) as bar:
        while True:
            records = deployment.ledger.get_many(tenant, waiting)
            found = {key: record for key, record in records.items() if is_settled(record)}
            settled |= found
            bar.show(len(settled))
            waiting = [key for key in waiting if key not in found]
            if not waiting:
                return settled
            now = time.monotonic()
            if found:
                last, pause = now, _FIRST_PAUSE_SECONDS
            elif now - last > deadline_seconds:
                raise UploadIncomplete(
                    f"{len(waiting)} of {len(names)} files, {names[waiting[0]]} among them, are "
                    f"not done after {deadline_seconds:.0f} s without any that was: look into the "
                    "logs, then repeat the command"
                )
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
