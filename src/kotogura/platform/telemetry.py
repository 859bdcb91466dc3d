"""Logs, metrics and traces of a Lambda function or a task, behind one small interface.

Messages are constant and lower-case; facts go into fields. A document's text, a query and its terms
are never logged. What a metric is called, and by what it is told apart, says
`kotogura.platform.metrics`; the tenant stands beside the values as a field, for a dimension of each
tenant would be a custom metric, and a price, of each.
"""

import logging
import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from kotogura.errors import Internal, KotoguraError
from kotogura.platform.metrics import STEP_FAILURES, Metric
from kotogura.spans import listening

if TYPE_CHECKING:
    from kotogura.platform.traces import TracedSpan, Traces

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
        self._traces = _traces(os.environ, self._lost)
        self._traced: TracedSpan | None = None
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
                # audit: text-in-log - a name of the list of metrics
                self._metrics.add_dimension(name, fact)
            else:
                # audit: text-in-log - a name of the list of metrics
                self._metrics.add_metadata(name, fact)

    def flush(self) -> None:
        """Write what was added as one line, from which CloudWatch takes the metrics."""
        if self._metrics.metric_set:
            self._metrics.flush_metrics()
            self._metrics.clear_metrics()  # also where POWERTOOLS_METRICS_DISABLED kept them

    def identify(self, ids: Mapping[str, Any]) -> None:
        """Tell the trace what the call is about: ids and outcomes, nothing that a person wrote."""
        if self._traced is not None:
            self._traced.identify(_identities(ids))

    def observed(self, handle: Handler) -> Handler:
        """Return `handle` with its logs tied to the call and its metrics written at its end."""

        def observe(event: Event, context: LambdaContext) -> Any:
            try:
                with self._tracing():
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
            self.identify(event)
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
            self.identify(answer)
            return answer

        return self.observed(handle)

    @contextmanager
    def _tracing(self) -> Iterator[None]:
        """Send the spans that begin meanwhile to X-Ray, if this call is sampled."""
        trace = self._traces.call(os.environ) if self._traces else None
        if trace is None:
            yield
            return
        with listening(trace), trace(self.logger.service) as whole:
            self._traced = whole
            try:
                yield
            finally:
                self._traced = None

    def _lost(self, error: OSError) -> None:
        self.logger.warning("a span was lost", extra={"reason": type(error).__name__})


def _traces(environment: Mapping[str, str], lost: Callable[[OSError], None]) -> "Traces | None":
    """Return what sends traces where the deployment wants them, and there is whom to send to."""
    address = environment.get("AWS_XRAY_DAEMON_ADDRESS")
    if environment.get("KOTOGURA_TRACING") != "Active" or not address:
        return None
    # Imported where it is wanted alone: search must start quickly.
    from kotogura.platform.traces import Daemon, Traces  # noqa: PLC0415

    return Traces(Daemon(address, lost))


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
