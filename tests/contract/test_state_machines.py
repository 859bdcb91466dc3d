"""The state machines hang together, and name only errors that exist."""

import re
from typing import get_args, get_type_hints

import kotogura.errors
from kotogura.index.outcome import Committed
from kotogura.index.pacing import Pacing

# Step Functions' documented error names, those of Lambda's Invoke, and of its runtime
AWS_ERRORS = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.EFSIOException",
    "Lambda.EFSMountConnectivityException",
    "Lambda.EFSMountTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "Sandbox.Timedout",
    "States.ALL",
    "States.DataLimitExceeded",
    "States.TaskFailed",
    "States.Timeout",
}
JSONPATH_FIELDS = {
    "InputPath",
    "ItemsPath",
    "OutputPath",
    "Parameters",
    "ResultPath",
    "ResultSelector",
    "Result",
    "Variable",
}


def kotogura_errors():
    found = {}
    waiting = [kotogura.errors.KotoguraError]
    while waiting:
        error = waiting.pop()
        found[error.__name__] = error
        waiting.extend(error.__subclasses__())
    return found


def rules(state, field):
    return [set(rule["ErrorEquals"]) for rule in state.get(field, [])]


def named(state, field):
    return set().union(*rules(state, field))


def successors(state):
    for rule in [state, *state.get("Choices", []), *state.get("Catch", [])]:
        if "Next" in rule:
            yield rule["Next"]
    if "Default" in state:
        yield state["Default"]


def test_every_named_error_exists(machine):
    known = AWS_ERRORS | set(kotogura_errors())
    for name, state in machine.states().items():
        unknown = (named(state, "Retry") | named(state, "Catch")) - known
        assert not unknown, f"{machine.name}/{name} names {unknown}"


def test_catching_everything_stands_alone_and_last(machine):
    for name, state in machine.states().items():
        for field in ("Retry", "Catch"):
            for place, errors in enumerate(rules(state, field), 1):
                if "States.ALL" in errors:
                    assert errors == {"States.ALL"}, name
                    assert place == len(rules(state, field)), name


def test_every_next_exists_and_every_state_is_reachable(machine):
    for scope in machine.scopes():
        states = scope["States"]
        reached, waiting = set(), [scope["StartAt"]]
        while waiting:
            name = waiting.pop()
            assert name in states, f"{machine.name} has no state {name}"
            if name not in reached:
                reached.add(name)
                waiting.extend(successors(states[name]))
        assert reached == set(states)


def test_every_state_ends_or_goes_on(machine):
    for name, state in machine.states().items():
        ends = state["Type"] in {"Succeed", "Fail"} or state.get("End") is True
        assert ends != any(successors(state)) or state.get("Catch"), name


def test_every_expression_is_jsonata(machine):
    assert machine.body["QueryLanguage"] == "JSONata"
    for name, state in machine.states().items():
        assert not JSONPATH_FIELDS & set(state), name
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', machine.text)
    for string in strings:
        assert string.startswith("{%") == string.endswith("%}"), string


def test_every_task_has_a_time_limit(machine):
    for name, state in machine.states().items():
        if state["Type"] == "Task":
            assert state["TimeoutSeconds"] > 0, name


def test_every_call_of_a_function_is_repeated_when_a_repetition_helps(machine):
    helps = {"Throttled", "Unavailable", "CommitConflict", "StoreUnavailable"}
    assert set(kotogura_errors()) >= helps
    for name, (_, state) in machine.function_tasks().items():
        assert named(state, "Retry") >= helps | {"Lambda.TooManyRequestsException"}, name


def test_every_call_of_a_function_is_repeated_when_its_process_was_killed(machine):
    killed = {"Runtime.ExitError", "Runtime.OutOfMemory", "Lambda.Unknown"}
    for name, (_, state) in machine.function_tasks().items():
        assert named(state, "Retry") >= killed, name


def test_a_class_of_transient_errors_is_listed_with_its_subclasses(machine):
    # Step Functions knows names, not inheritance.
    errors = kotogura_errors()
    for name, state in machine.states().items():
        for field in ("Retry", "Catch"):
            listed = named(state, field)
            for error in listed & {"Unavailable", "Throttled"}:
                assert listed >= {sub.__name__ for sub in errors[error].__subclasses__()}, name


def test_a_documents_own_fault_is_quarantined_and_never_retried(machines):
    states = machines["ingest"].states()
    faults = {error.__name__ for error in kotogura.errors.DocumentError.__subclasses__()}
    for name in ("Extract", "Tokenize"):
        assert not faults & named(states[name], "Retry")
        caught = next(c for c in states[name]["Catch"] if faults & set(c["ErrorEquals"]))
        assert set(caught["ErrorEquals"]) == faults
        assert caught["Next"] == "Quarantine"
    assert states[states["Quarantine"]["Next"]]["Type"] == "Succeed"


def test_any_other_failure_of_an_ingestion_is_recorded_and_fails_it(machines):
    states = machines["ingest"].states()
    for name in ("Extract", "Tokenize", "Commit"):
        for error in ("InvalidEvent", "States.DataLimitExceeded", "States.ALL"):
            caught = next(c for c in states[name]["Catch"] if error in c["ErrorEquals"])
            assert caught["Next"] == "QuarantineFailure"
    assert states[states["QuarantineFailure"]["Next"]]["Type"] == "Fail"


def test_an_ingestion_fits_an_express_workflow(machines):
    assert machines["ingest"].body["TimeoutSeconds"] <= 300  # the most that AWS allows
    way = ("Extract", "Tokenize", "Commit", "Commit")
    longest = sum(machines["ingest"].states()[name]["TimeoutSeconds"] for name in way)
    waiting = Pacing().longest_seconds
    assert longest + waiting <= machines["ingest"].body["TimeoutSeconds"]


def test_every_outcome_of_a_commit_is_known_and_a_deferred_one_comes_back(machines):
    states = machines["ingest"].states()
    conditions = {
        outcome: choice["Next"]
        for choice in states[states["Commit"]["Next"]]["Choices"]
        for outcome in re.findall(r"'(\w+)'", choice["Condition"])
    }
    outcomes = get_args(get_type_hints(Committed)["outcome"])
    assert set(conditions) == set(outcomes)
    assert {name for name, state in conditions.items() if state != "Committed"} == {"deferred"}
    wait = states[conditions["deferred"]]
    assert wait["Type"] == "Wait"
    assert wait["Seconds"] == "{% $states.input.wait_seconds %}"
    assert wait["Next"] == "Commit"
    came = "{'uploaded_at': $states.context.Execution.Input.time}"
    assert states["Commit"]["Arguments"]["Payload"] == f"{{% $merge([$states.input, {came}]) %}}"


def test_a_training_goes_to_spot_first_and_on_demand_second(machines):
    states = machines["train"].states()
    providers = {}
    for name in ("TrainOnSpot", "TrainOnDemand"):
        assert states[name]["Resource"] == "arn:aws:states:::ecs:runTask.sync"
        [strategy] = states[name]["Arguments"]["CapacityProviderStrategy"]
        providers[name] = strategy["CapacityProvider"]
    assert providers == {"TrainOnSpot": "FARGATE_SPOT", "TrainOnDemand": "FARGATE"}
    assert states["WorthRepeating"]["Default"] == "RecordFailure"
    repeated = [c for c in states["WorthRepeating"]["Choices"] if c["Next"] == "TrainOnDemand"]
    assert len(repeated) == 1


def test_a_failed_trainings_own_reason_stays(machines):
    update = machines["train"].states()["RecordFailure"]["Arguments"]["UpdateExpression"]
    assert "reason = if_not_exists(reason, :reason)" in update


def test_the_distributed_map_uses_nothing_that_the_laptop_leaves_out(machines):
    build = machines["reindex"].states()["BuildEach"]
    assert build["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert not {"ItemBatcher", "ItemReader", "ResultWriter"} & set(build)
    assert set(build["ItemSelector"]) == {"tenant", "run_id", "batch"}


def test_a_reindex_of_any_size_passes_numbers_alone(machines):
    build = machines["reindex"].states()["BuildEach"]
    assert build["Items"] == (
        "{% $states.input.batch_count > 0 ? [0..$states.input.batch_count - 1] : [] %}"
    )
    # The results of ten thousand batches come together in one state: 256 KiB at most.
    assert build["ItemProcessor"]["States"]["Build"]["Output"] == "{% $states.input.batch %}"
    assert len(str(list(range(10_000)))) < 256 * 1024 / 2
    assert build["Output"] == {
        "tenant": "{% $states.input.tenant %}",
        "run_id": "{% $states.input.run_id %}",
    }


def test_a_reconciliation_with_much_to_mend_fails_and_thereby_alarms(machines):
    states = machines["reconcile"].states()
    last = states["MoreTenants"]["Choices"][-1]
    assert last == {"Condition": "{% $started_count >= 20 %}", "Next": "MuchReconciled"}
    assert states["MuchReconciled"]["Type"] == "Fail"
    # All tenants of a page come together in one state: 256 KiB at most, so numbers alone pass.
    assert set(states["Reconcile"]["Output"]) == {"started_count"}
