"""`GET /usage`, and how a search becomes usage."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from kotogura.errors import Unavailable
from kotogura.platform.clock import now
from kotogura.platform.http import api_handler
from kotogura.platform.manage_api import Managed, manage_api
from kotogura.platform.search_log import CloudWatchSearchLog, logged_search
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits
from kotogura.tenants.rates import USD_PER_SEARCH, USD_PER_TRAINING_MINUTE
from kotogura.tenants.usage import Stored, Timings
from kotogura.tenants.usage_counting import LoggedSearch
from tests.memory.library import Library
from tests.memory.tenants import MemoryTenants, MemoryTrainings
from tests.memory.usage import MemoryUsage
from tests.unit.platform.conftest import Answer

Ask = Callable[[Handler, dict[str, Any]], Answer]
MINATO = TenantId("minato-shoji")


@pytest.fixture
def usage() -> MemoryUsage:
    return MemoryUsage()


@pytest.fixture
def trainings() -> MemoryTrainings:
    return MemoryTrainings()


@pytest.fixture
def manage(usage: MemoryUsage, trainings: MemoryTrainings, telemetry: Telemetry) -> Handler:
    nothing: Any = None
    workflow = TrainingWorkflow(trainings, MemoryTenants(), nothing, "arn:workflow")
    parts = dict.fromkeys(Managed.__slots__, nothing) | {
        "trainings": workflow,
        "usage": usage,
        "limits_of": lambda _: Limits(10, 20, 3_000, 60),
        "stored_of": lambda _: Stored(12, 34),
    }
    app = manage_api(Managed(**parts), telemetry)
    return api_handler(app, telemetry)


def test_every_day_is_there_with_what_was_used(
    manage: Handler,
    usage: MemoryUsage,
    trainings: MemoryTrainings,
    ask: Ask,
    event: Callable[..., Event],
) -> None:
    hour = datetime(2026, 11, 2, 5, tzinfo=UTC)
    usage.put_searches(MINATO, hour, {"words": Timings.of([9.0] * 90 + [480.0] * 10)})
    usage.put_stored(MINATO, date(2026, 11, 2), Stored(12, 34))
    usage.set_counted_until(hour)
    trainings.update(
        MINATO,
        "one",
        {
            "state": "promoted",
            "started_at": "2026-11-02T01:00:00.000Z",
            "ended_at": "2026-11-02T01:30:00.000Z",
        },
    )
    asked = event("manage-usage", query={"from": "2026-11-01", "to": "2026-11-03"})
    answer = ask(manage, asked)
    assert answer.status == 200
    empty, used, _ = answer.body["days"]
    assert [day["day"] for day in answer.body["days"]] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert (empty["searches"], empty["document_count"], empty["estimated_usd"]) == ([], None, 0)
    assert used["searches"] == [{"mode": "words", "count": 100, "p50_ms": 10, "p95_ms": 500}]
    assert (used["document_count"], used["index_bytes"]) == (12, 34)
    assert (used["training_count"], used["training_minutes"]) == (1, 30)
    cost = 100 * USD_PER_SEARCH["words"] + 30 * USD_PER_TRAINING_MINUTE
    assert used["estimated_usd"] == pytest.approx(cost, rel=0.01)
    assert answer.body["total"]["searches"] == used["searches"]
    assert answer.body["counted_until"].startswith("2026-11-02T05:00:00")


def test_what_the_tenant_may_use_stands_beside_what_it_used(
    manage: Handler, trainings: MemoryTrainings, ask: Ask, event: Callable[..., Event]
) -> None:
    started = now()
    trainings.update(
        MINATO, "one", {"state": "promoted", "started_at": started, "ended_at": started}
    )
    answer = ask(manage, event("manage-usage", query={}))
    assert answer.body["limits"] == {
        "searches_per_second": 10,
        "search_burst": 50,
        "documents": {"limit": 20, "used": 12},
        "index_bytes": {"limit": 3_000, "used": 34},
        "training_minutes": {"limit": 60, "used": 0},
    }


def test_without_days_the_last_thirty_are_answered(
    manage: Handler, ask: Ask, event: Callable[..., Event]
) -> None:
    answer = ask(manage, event("manage-usage", query={}))
    assert len(answer.body["days"]) == 30
    assert answer.body["counted_until"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2025-01-01", "to": "2026-11-01"},
        {"from": "yesterday"},
        {"to": "2026-02-30"},
    ],
)
def test_days_that_make_no_sense_are_refused(
    manage: Handler, ask: Ask, event: Callable[..., Event], query: dict[str, str]
) -> None:
    answer = ask(manage, event("manage-usage", query=query))
    assert (answer.status, answer.body["code"]) == (400, "invalid-argument")


def test_another_tenants_usage_is_not_shown(
    manage: Handler, usage: MemoryUsage, ask: Ask, event: Callable[..., Event]
) -> None:
    hour = datetime(2026, 11, 2, 5, tzinfo=UTC)
    usage.put_searches(MINATO, hour, {"words": Timings.of([9.0])})
    answer = ask(manage, event("manage-usage", tenant="umi-denki"))
    assert answer.body["total"]["searches"] == []


def test_the_line_that_a_search_writes_is_the_line_that_is_counted(
    search: Handler,
    library: Library,
    ask: Ask,
    event: Callable[..., Event],
    capsys: pytest.CaptureFixture[str],
) -> None:
    library.upload("a.txt", "himitsu")
    for _ in range(2):
        assert ask(search, event("search-words", query={"q": "himitsu"})).status == 200
    lines = [line for line in capsys.readouterr().out.splitlines() if "SearchDuration" in line]
    assert ['"cold_start"' in line for line in lines] == [True, False]
    assert max(map(len, lines)) < 450  # what `kotogura cost` takes for it
    for line in lines:
        found = logged_search(line)
        assert found is not None
        assert (found.tenant, found.mode) == (MINATO, "words")
        assert found.duration_ms > 0


def test_all_pages_of_an_hour_are_read_and_strange_lines_left_out() -> None:
    logs = boto3.client("logs")
    line = '{"SearchDuration": [12.5], "mode": "words", "tenant": "minato-shoji"}'
    asked = {
        "logGroupName": "/kotogura/dev/functions",
        "startTime": 1_793_505_600_000,
        "endTime": 1_793_509_199_999,
        "filterPattern": '"SearchDuration"',
    }
    pages = [
        {"events": [{"message": line}, {"message": "SearchDuration"}], "nextToken": "more"},
        {"events": [{"message": line.replace("minato-shoji", "../x")}, {"message": line}]},
    ]
    with Stubber(logs) as stubber:
        stubber.add_response("filter_log_events", pages[0], asked)
        stubber.add_response("filter_log_events", pages[1], {**asked, "nextToken": "more"})
        log = CloudWatchSearchLog(logs, "/kotogura/dev/functions")
        start, end = (datetime.fromtimestamp(1_793_505_600 + more, UTC) for more in (0, 3600))
        assert list(log.searches(start, end)) == [LoggedSearch(MINATO, "words", 12.5)] * 2
        stubber.add_client_error("filter_log_events", "ThrottlingException")
        with pytest.raises(Unavailable):
            list(log.searches(start, end))
