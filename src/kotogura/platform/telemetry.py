"""Logs and metrics of a Lambda function or a task, behind one small interface.

Messages are constant and lower-case; facts go into fields. A document's text, a query and its terms
are never logged. What a metric is called, and by what it is told apart, says
`kotogura.platform.metrics`; the tenant stands beside the values as a field, for a dimension of each
tenant would be a custom metric, and a price, of each.
"""

import logging
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from kotogura.errors import Internal, KotoguraError
from kotogura.platform.metrics import STEP_FAILURES, Metric

Event = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Any]
Work = Callable[[Event], Mapping[str, Any]]


# Their debug lines quote a route's arguments, a table's items, an object's key: in no log, whatever
# level it is set to.
_TALKATIVE = ("aws_lambda_powertools", "boto3", "botocore", "urllib3")


class Telemetry:
    """A logger and metrics for one function, task or service."""

    def __init__(self, service: str | None = None, namespace: str | None = None) -> None:
        self.logger = Logger(service=service)
        self._metrics = Metrics(service=service, namespace=namespace)
        self._metrics.set_default_dimensions(stage=os.environ.get("KOTOGURA_STAGE", "dev"))
        self._cold_start = True
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.INFO)

    def add(self, metric: Metric, value: float, **facts: str | None) -> None:
        """Add a value of `metric`, which goes out with the next `flush`.

        Args:
            metric: what is measured.
            value: in the metric's unit.
            facts: its further dimensions, all of them, and those of its fields that are known.
        """
        known = {name: fact for name, fact in facts.items() if fact is not None}
        if self._cold_start and "cold_start" in metric.fields:
            known["cold_start"] = "true"
        missing = set(metric.dimensions) - known.keys()
        strange = known.keys() - {*metric.dimensions, *metric.fields}
        if missing or strange:
            names = ", ".join(sorted(missing | strange))
            raise TypeError(f"{metric.name} wants other dimensions and fields: {names}")
        self._metrics.add_metric(metric.name, metric.unit.value, value)
        for name, fact in known.items():
            if name in metric.dimensions:
                self._metrics.add_dimension(name, fact)
            else:
                self._metrics.add_metadata(name, fact)

    def flush(self) -> None:
        """Write what was added as one line, from which CloudWatch takes the metrics."""
        if self._metrics.metric_set:
            self._metrics.flush_metrics()
            self._metrics.clear_metrics()  # also where POWERTOOLS_METRICS_DISABLED kept them

    def observed(self, handle: Handler) -> Handler:
        """Return `handle` with its logs tied to the call and its metrics written at its end."""

        def observe(event: Event, context: LambdaContext) -> Any:
            try:
                return handle(event, context)
            finally:
                self._cold_start = False
                self.flush()

        logged: Handler = self.logger.inject_lambda_context(clear_state=True)(observe)
        return logged

    def step(self, work: Work) -> Handler:
        """Return the Lambda handler of a workflow's step.

        It logs what came in and out by ids only, and lets our own errors through: the state
        machine decides by their class. Any other becomes `Internal`, for its message may
        quote a document and would go into the execution's history.
        """

        def handle(event: Event, context: LambdaContext) -> Mapping[str, Any]:
            self.logger.append_keys(
                function_request_id=context.aws_request_id, **_identities(event)
            )
            try:
                answer = work(event)
            except KotoguraError as error:
                self.logger.warning("step failed", extra={"code": error.code, "kind": error.kind})
                self.add(STEP_FAILURES, 1, code=error.code)
                raise
            except Exception as error:  # noqa: BLE001 — raised again below, without its message
                self.logger.error("step failed", extra={"raised": where_raised(error)})
                self.add(STEP_FAILURES, 1, code=Internal.code)
                name = type(error).__name__
                raise Internal(f"it broke on our side ({name}); the log has where") from None
            self.logger.info("step done", extra={"answer": _identities(answer)})
            return answer

        return self.observed(handle)


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
