"""How far a training is, for its record and its log."""

import time
from collections.abc import Callable
from dataclasses import asdict

from aws_lambda_powertools import Logger

from kotogura.platform.interruption import Interruption
from kotogura.platform.wiring import Parts
from kotogura.semantics.training import TrainingProgress
from kotogura.tenants.identity import TenantId

_REPORT_SECONDS = 2.0

Report = Callable[..., None]


def reporter(
    parts: Parts,
    tenant: TenantId,
    training_id: str,
    logger: Logger,
    interruption: Interruption,
) -> Report:
    """Return what writes progress into the record and the log, every other second at most.

    Where no checkpoint is to be written first, it also ends an interrupted training.
    """
    last_stage, last_time = "", 0.0

    def report(progress: TrainingProgress, *, at_once: bool = False) -> None:
        nonlocal last_stage, last_time
        if progress.stage != "fine-tune":
            interruption.check()
        due = time.monotonic() - last_time >= _REPORT_SECONDS
        if not (at_once or due or progress.stage != last_stage):
            return
        last_stage, last_time = progress.stage, time.monotonic()
        facts = asdict(progress)
        parts.trainings.update(tenant, training_id, {"progress": facts})
        logger.info("training progress", extra={"progress": facts})

    return report
