"""Logs and metrics of a Lambda function, behind one small interface.

Messages are constant and lower-case; facts go into fields. A document's text, a query and its terms
are never logged. The tenant goes into a metric's metadata, not its dimensions: a dimension for each
tenant would be a custom metric, and a price, for each.
"""

import logging
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kotogura.errors import Internal, KotoguraError

Event = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Any]
Work = Callable[[Event], Mapping[str, Any]]


# Their debug lines quote a route's arguments, a table's items, an object's key: in no log, whatever
# level it is set to.
_TALKATIVE = ("aws_lambda_powertools", "boto3", "botocore", "urllib3")


class Telemetry:
    """A logger and metrics for one function."""

    def __init__(self) -> None:
        self.logger = Logger()
        self.metrics = Metrics()
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.INFO)

    def step(self, work: Work) -> Handler:
        """Return the Lambda handler of a workflow's step.

        It logs what came in and out by ids only, counts and times it, and lets our own errors
        through: the state machine decides by their class. Any other becomes `Internal`, for its
        message may quote a document and would go into the execution's history.
        """

        def handle(event: Event, context: LambdaContext) -> Mapping[str, Any]:
            start = time.perf_counter()
            self.logger.append_keys(
                function_request_id=context.aws_request_id, **_identities(event)
            )
            try:
                answer = work(event)
            except KotoguraError as error:
                self.logger.warning("step failed", extra={"code": error.code, "kind": error.kind})
                self.metrics.add_metric("StepFailures", MetricUnit.Count, 1)
                raise
            except Exception as error:  # noqa: BLE001 — raised again below, without its message
                self.logger.error("step failed", extra={"raised": where_raised(error)})
                self.metrics.add_metric("StepFailures", MetricUnit.Count, 1)
                name = type(error).__name__
                raise Internal(f"it broke on our side ({name}); the log has where") from None
            self.logger.info("step done", extra={"answer": _identities(answer)})
            self.metrics.add_metric("StepsDone", MetricUnit.Count, 1)
            elapsed_ms = (time.perf_counter() - start) * 1000
            self.metrics.add_metric("StepDuration", MetricUnit.Milliseconds, elapsed_ms)
            return answer

        measured: Handler = self.metrics.log_metrics(capture_cold_start_metric=True)(handle)
        logged: Handler = self.logger.inject_lambda_context(clear_state=True)(measured)
        return logged


def where_raised(error: BaseException) -> list[str]:
    """Return the class of `error` and of what caused it, and the lines it came through.

    Messages are left out: an exception of a library may quote the text it was given.
    """
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        told.append(type(cause).__name__)
        frames = traceback.extract_tb(cause.__traceback__)
        told += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return told


_IDENTITIES = (
    "tenant",
    "document_id",
    "sequencer",
    "segment_id",
    "generation",
    "outcome",
    "run_id",
    "training_id",
)


def _identities(values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what may be logged: ids and outcomes, nothing that a person wrote."""
    return {name: values[name] for name in _IDENTITIES if name in values}
