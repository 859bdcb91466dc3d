"""What `kotogura demo --once --json` promises on its last line."""

import pytest

from kotogura.commands.page import LocalPage
from tests.integration.conftest import HOSHINO, ROOT, Demonstration, RunningSystem

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

TENANTS = ("minato-shoji", "hoshino-denki")


def test_the_demonstration_succeeds(demonstration: Demonstration) -> None:
    assert demonstration.exit_code == 0
    assert demonstration.report["ok"] is True


@pytest.mark.parametrize("tenant", TENANTS)
def test_every_sample_document_is_indexed(demonstration: Demonstration, tenant: str) -> None:
    assert demonstration.report["tenants"][tenant]["documents"] == {
        "uploaded": 21,
        "unchanged": 0,
        "indexed": 21,
    }


def test_documents_came_in_through_the_ingest_workflow(demonstration: Demonstration) -> None:
    executions = demonstration.report["executions"]
    assert executions["ingest"] == {"SUCCEEDED": 42}
    assert executions["train"] == {"SUCCEEDED": 2}


@pytest.mark.parametrize("tenant", TENANTS)
def test_the_model_was_trained_by_the_train_workflow(
    demonstration: Demonstration, tenant: str
) -> None:
    training = demonstration.report["tenants"][tenant]["training"]
    assert training["execution"]["status"] == "SUCCEEDED"
    assert training["state"] in {"promoted", "kept"}
    figures = training["figures"]
    assert figures["steps"] > 0
    assert figures["pairs"] >= 8
    if training["state"] == "promoted":
        assert figures["mrr10_tuned"] >= figures["mrr10_base"]


@pytest.mark.parametrize("tenant", TENANTS)
@pytest.mark.parametrize("kind", ["words", "meaning", "similar_words"])
def test_each_search_finds_what_makes_sense(
    demonstration: Demonstration, tenant: str, kind: str
) -> None:
    search = demonstration.report["tenants"][tenant]["searches"][kind]
    assert search["expected"] is True, search["hits"]


@pytest.mark.skipif(
    not (ROOT / "frontend" / "dist" / "index.html").is_file(),
    reason="the web page isn't built: run `make page`",
)
def test_the_page_answers_where_the_report_says(
    demonstration: Demonstration, page: LocalPage
) -> None:
    assert demonstration.report["page"] == {"url": page.url, "answers": True}


def test_every_stage_is_timed(demonstration: Demonstration) -> None:
    stages = {"base model", "stack", "tenants", "indexing", "training", "searching"}
    assert stages <= set(demonstration.report["seconds"])


def test_a_scheduled_training_is_skipped_while_no_document_has_changed(
    system: RunningSystem,
) -> None:
    trainings = system.deployment.trainings.newest(HOSHINO)
    execution = system.run_workflow("Train", {"tenant": HOSHINO, "cause": "schedule"})
    assert execution["status"] == "SUCCEEDED"
    assert system.deployment.trainings.newest(HOSHINO) == trainings
