"""Quantities come out of the template and the workload, and are multiplied by dated prices."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from kotogura.commands.main import cli
from kotogura.cost import consumption as used
from kotogura.cost.estimate import estimate
from kotogura.cost.inventory import Inventory, read_inventory
from kotogura.cost.lines import Line, after_allowances, total
from kotogura.cost.prices import REGIONS, TABLE, Price, price_table
from kotogura.cost.report import chart, markdown, report
from kotogura.cost.sizes import training_hours
from kotogura.cost.workload import Workload
from kotogura.platform import metrics
from kotogura.search.answers import Mode

ROOT = Path(__file__).parents[3]
QUIET = Workload(searches=0)


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return read_inventory(ROOT / "template.yaml")


def amounts(
    inventory: Inventory, workload: Workload, region: str = "us-east-1"
) -> dict[str, float]:
    lines = estimate(inventory, workload, price_table(region))
    return {f"{line.service}: {line.what}": line.quantity for line in lines}


def test_every_price_says_where_it_was_seen():
    table = json.loads(TABLE.read_text("utf-8"))
    for name, entry in table["prices"].items():
        assert entry["page"].startswith("https://"), name
        assert set(entry["regions"]) == set(REGIONS), name
        for given in entry["regions"].values():
            assert given["evidence"] in table["evidence"], name
            assert ("seen_at" in given) == (given["evidence"] != "memory"), name
            assert given["usd"] >= 0, name


def test_every_allowance_is_of_a_price():
    table = price_table("us-east-1")
    assert set(table.allowances) <= set(table.prices)


def test_a_line_is_a_quantity_times_a_price():
    line = Line("idle", "S3", "documents", 10.0, Price("s3", 0.023, "GB-month", "memory", ""), "")
    assert line.usd == pytest.approx(0.23)
    assert line.arithmetic == "10 GB-month × 0.023"


def test_a_million_searches_by_hand(inventory):
    found = amounts(inventory, Workload())
    assert found["API Gateway: searches"] == 1_000_000
    memory = inventory.named("SearchFunction").value("MemorySize") / 1024
    seconds = (used.COLD_TERMS_MS + used.HANDLER_MS) / 1000
    assert found["Lambda: search by word"] == pytest.approx(1_000_000 * seconds * memory)
    assert found["EFS: standard, what is searched"] == pytest.approx(10 * 0.73 * 0.98)


def test_the_aims_of_docs_cost_hold_at_list_price_but_for_dashboard_alarms_and_cloudfront(
    inventory,
):
    # Every account, not a new one alone, has three dashboards, ten alarms and CloudFront's first
    # ten million requests and terabyte for nothing.
    lines = estimate(inventory, Workload(), price_table("us-east-1"))
    given = [one for one in lines if one.what in ("dashboards", "alarms")]
    given += [one for one in lines if one.service == "CloudFront"]
    assert total(lines, "idle") - total(given, "idle") <= 5
    assert total(lines, "running") - total(given, "running") <= 7


def test_the_aims_of_docs_cost_hold_after_the_allowances(inventory):
    idle, running = report(inventory, Workload(), price_table("us-east-1")).own_account
    assert idle <= 5
    assert running <= 7


def test_only_active_tenants_leave_infrequent_access(inventory):
    all_of_them = amounts(inventory, Workload())["EFS: standard, what is searched"]
    tenth = amounts(inventory, Workload(active_tenants=10))["EFS: standard, what is searched"]
    assert tenth == pytest.approx(all_of_them / 10)


def test_nothing_done_costs_nothing_on_top(inventory):
    for region in REGIONS:
        assert total(estimate(inventory, QUIET, price_table(region)), "running") == 0


def test_idle_costs_grow_with_tenants(inventory):
    prices = price_table("us-east-1")
    few = total(estimate(inventory, replace(QUIET, tenants=10, active_tenants=10), prices), "idle")
    many = total(estimate(inventory, QUIET, prices), "idle")
    assert few < many


def test_alarms_and_dashboards_of_the_template_are_counted(inventory):
    count = len(inventory.of("AWS::CloudWatch::Dashboard"))
    assert amounts(inventory, QUIET).get("CloudWatch: dashboards", 0) == count


def test_a_training_takes_what_docs_fine_tuning_extrapolates():
    assert training_hours(100, 4) * 60 == pytest.approx(57 + 1, abs=2)


def test_documents_and_trainings_add_their_services(inventory):
    found = amounts(inventory, replace(QUIET, documents=1000, trainings=10))
    assert {"Lambda: tokenize", "Step Functions: ingest, express", "Fargate: Spot, vCPU"} <= set(
        found
    )


def test_searches_by_meaning_cost_more(inventory):
    prices = price_table("us-east-1")
    words = total(estimate(inventory, Workload(), prices), "running")
    meaning = total(estimate(inventory, Workload(meaning_share=1.0), prices), "running")
    assert meaning > words


def test_allowances_are_used_by_idle_lines_first():
    price = Price("alarms", 0.10, "alarm", "memory", "")
    idle = Line("idle", "CloudWatch", "alarms", 8, price, "")
    running = Line("running", "CloudWatch", "more", 5, price, "")
    totals = after_allowances([running, idle], {"alarms": 10})
    assert totals["idle"] == 0
    assert totals["running"] == pytest.approx(0.3)


def test_metrics_are_counted_as_the_code_emits_them():
    modes = set(get_args(Mode))
    assert len(modes) == used.WORD_METRICS + used.MEANING_METRICS
    assert metrics.SEARCH_DURATION.dimensions == ("mode",)
    rare = {metrics.QUARANTINED, metrics.STEP_FAILURES}
    steps = ("ingest", "tokenize", "commit", "compact", "usage")
    by_step = {
        step: sum(step in one.services for one in metrics.METRICS if one not in rare)
        for step in steps
    }
    assert sum(by_step.values()) == by_step["commit"] == used.INGEST_METRICS


def test_turbopuffer_bills_its_minimum_or_the_usage(inventory):
    prices = price_table("us-east-1")
    small = {name: (idle, more) for name, idle, more in report(inventory, QUIET, prices).bills()}
    assert small["turbopuffer, Launch plan"] == (16.0, 0.0)
    busy = report(inventory, Workload(searches=20_000_000), prices).bills()
    idle, more = next(rest for name, *rest in busy if name.startswith("turbopuffer"))
    assert idle + more > 16


def test_markdown_and_chart_hold_every_bill(inventory):
    made = report(inventory, Workload(), price_table("us-east-1"))
    text, drawing = markdown(made), chart(made)
    ElementTree.fromstring(drawing)  # noqa: S314 - our own
    for name, _, _ in made.bills():
        assert name in text
        assert name in drawing


def test_the_command_ends_with_json(tmp_path):
    path = tmp_path / "chart.svg"
    arguments = ["cost", "--region", "ap-northeast-1", "--chart", str(path), "--json"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["region"] == "ap-northeast-1"
    assert told["idle_usd"] == pytest.approx(
        sum(line["amount_usd"] for line in told["lines"] if line["phase"] == "idle")
    )
    assert path.read_text("utf-8").startswith("<svg")


def test_a_schedule_may_be_a_parameter(tmp_path):
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "Events": {
                "Nightly": {
                    "Type": "ScheduleV2",
                    "Properties": {"ScheduleExpression": {"Ref": "When"}, "Input": "{}"},
                }
            }
        },
    }
    template = {
        "Parameters": {"When": {"Type": "String", "Default": "rate(12 hours)"}},
        "Resources": {"Machine": machine},
    }
    path = tmp_path / "template.yaml"
    path.write_text(json.dumps(template), "utf-8")
    found = read_inventory(path)
    assert found.runs_a_month("Machine") == pytest.approx(60.8, abs=0.1)
    assert found.runs_a_month("Machine", "weekly") == 0
    with pytest.raises(LookupError, match="no Table"):
        found.named("Table")


def test_functions_on_arm_are_priced_as_such(tmp_path):
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    text = (ROOT / "template.yaml").read_text("utf-8")
    path = tmp_path / "template.yaml"
    path.write_text(text.replace("Architectures: [x86_64]", "Architectures: [arm64]"), "utf-8")
    lines = estimate(read_inventory(path), Workload(), price_table("us-east-1"))
    assert {line.price.name for line in lines if line.service == "Lambda"} == {
        "lambda.request",
        "lambda.gb-second-arm",
    }


def test_a_file_that_is_no_template_is_refused(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text("a: 1\n", "utf-8")
    result = CliRunner().invoke(cli, ["cost", "--template", str(path)])
    assert result.exit_code == 2
    assert "not a CloudFormation template" in result.stderr
