"""Guard: what each role was allowed and refused is written down, where IAM is evaluated.

`<logs>/authorizations.jsonl` has a line for each different decision: role, action, allowed or not.
It shows which permission a call lacks, and whether a policy allows what nobody uses.
"""

import json
import threading
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_evaluator

from kotogura.local.guards.private_names import private, replace
from kotogura.local.wiring import Wiring

LOG_NAME = "authorizations.jsonl"


def install() -> None:
    """Note every decision that isn't root's."""
    if not private(app, "AUTH"):
        return
    evaluate = private(iam_evaluator, "evaluate")
    log = Path(Wiring.from_environment().logs_folder, LOG_NAME)
    known: set[tuple[object, ...]] = set()
    lock = threading.Lock()

    def evaluate_and_note(context: Any, *arguments: Any) -> Any:
        result = evaluate(context, *arguments)
        role = context.principal_arn.partition(":assumed-role/")[2].partition("/")[0]
        decision = (role, context.action, context.resource_arn, result.decision == "Allow")
        with lock:
            if role and decision not in known:
                known.add(decision)
                names = ("role", "action", "resource", "allowed")
                line = json.dumps(dict(zip(names, decision, strict=True)))
                with log.open("a", encoding="utf-8") as output:
                    output.write(line + "\n")
        return result

    replace(iam_evaluator, "evaluate", evaluate_and_note)
