"""`kotogura tenant limits`, over a registry in memory."""

import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from kotogura.commands.main import cli
from kotogura.commands.session import Session
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord
from tests.memory.tenants import MemoryTenants

MINATO = TenantId("minato-shoji")
Run = Callable[..., Result]


@pytest.fixture
def tenants() -> MemoryTenants:
    found = MemoryTenants()
    found.create(TenantRecord(MINATO, "港商事"))
    return found


@pytest.fixture
def run(tenants: MemoryTenants, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(Session, "deployment", lambda _: SimpleNamespace(tenants=tenants))

    def run_command(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--json", "tenant", "limits", *arguments])

    return run_command


def own(tenants: MemoryTenants) -> dict[str, int]:
    record = tenants.get(MINATO)
    assert record is not None
    return dict(record.limits)


def test_limits_are_set_one_by_one_and_given_back(run: Run, tenants: MemoryTenants) -> None:
    assert run("minato-shoji", "--documents", "10", "--index-bytes", "500").exit_code == 0
    assert run("minato-shoji", "--searches-per-second", "7").exit_code == 0
    assert own(tenants) == {"document_count": 10, "index_bytes": 500, "searches_per_second": 7}
    answer = run("minato-shoji", "--documents", "default", "--training-minutes", "0")
    expected = {"index_bytes": 500, "searches_per_second": 7, "training_minutes": 0}
    assert own(tenants) == expected
    assert json.loads(answer.output.splitlines()[-1])["limits"] == expected


def test_without_a_number_they_are_shown_and_nothing_changes(
    run: Run, tenants: MemoryTenants
) -> None:
    tenants.set_limits(MINATO, {"document_count": 3})
    answer = run("minato-shoji")
    assert json.loads(answer.output.splitlines()[-1])["limits"] == {"document_count": 3}
    assert own(tenants) == {"document_count": 3}


@pytest.mark.parametrize("value", ["-1", "many", "1.5", "１０", "9" * 16])
def test_what_is_no_number_is_refused(run: Run, tenants: MemoryTenants, value: str) -> None:
    answer = run("minato-shoji", "--documents", value)
    assert answer.exit_code == 2
    assert "whole number" in answer.output
    assert own(tenants) == {}


def test_a_tenant_can_search_at_least_once_a_second(run: Run, tenants: MemoryTenants) -> None:
    answer = run("minato-shoji", "--searches-per-second", "0")
    assert "once a second" in str(answer.exception)
    assert own(tenants) == {}


def test_a_tenant_that_is_not_there_is_told(run: Run) -> None:
    assert "no tenant umi-denki" in str(run("umi-denki").exception)
