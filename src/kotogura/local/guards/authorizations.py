"""Guard: what each role was allowed and refused is written down, where IAM is evaluated.

`<logs>/authorizations.jsonl` has a line for each different decision: role, session, action, allowed
or not, and for a refusal of what. It shows which permission a call lacks, and what a policy allows
though nobody uses it.
"""

import json
import threading
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_evaluator

from kotogura.local.guards.private_names import private, replace
from kotogura.local.wiring import Wiring

LOG_NAME = "authorizations.jsonl"

_principal_arn: ContextVar[str] = ContextVar("principal_arn", default="")


def install() -> None:
    """Note every decision about a role."""
    if not private(app, "AUTH"):
        return
    enforce = private(iam_evaluator, "enforce")
    evaluate = private(iam_evaluator, "evaluate")
    log = _Log(Path(Wiring.from_environment().logs_folder, LOG_NAME))

    def evaluate_and_remember(context: Any, *arguments: Any) -> Any:
        _principal_arn.set(context.principal_arn)
        return evaluate(context, *arguments)

    def enforce_and_note(access_key: str, action: str, *arguments: Any, **keywords: Any) -> Any:
        _principal_arn.set("")
        refusal = enforce(access_key, action, *arguments, **keywords)
        _, is_role, principal = _principal_arn.get().partition(":assumed-role/")
        if is_role:
            refused = None if refusal is None else str(keywords.get("resource_arn", "*"))
            log.note(principal, action, refused)
        return refusal

    replace(iam_evaluator, "evaluate", evaluate_and_remember)
    replace(iam_evaluator, "enforce", enforce_and_note)


class _Log:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[tuple[str, str, str | None]] = set()
        self._lock = threading.Lock()

    def note(self, principal: str, action: str, refused: str | None) -> None:
        """Write down that `principal`, `role/session`, was allowed `action` or refused it."""
        role, _, session = principal.partition("/")
        decision = {"role": role, "session": session, "action": action, "allowed": refused is None}
        if refused is not None:
            decision["resource"] = refused
        with self._lock:
            if (principal, action, refused) not in self._known:
                self._known.add((principal, action, refused))
                with self._path.open("a", encoding="utf-8") as output:
                    output.write(json.dumps(decision) + "\n")
