"""The templates say what the code expects of them, and nothing in them bills by the hour."""

import ast
import json
import re

import pytest

POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
OUTSIDE = {"ManageFunction", "ClaimsFunction", "UsageFunction", "ReconcileFunction"}
HOURLY_TYPES = re.compile(
    r"AWS::(EC2::(NatGateway|Instance|EIP|TransitGateway|ClientVpn|VPNConnection|Host|Fleet)"
    r"|ElasticLoadBalancing|RDS::|DocDB::|Neptune::|ElastiCache::|MemoryDB::|Redshift"
    r"|OpenSearch|Elasticsearch|MSK::|Kinesis::Stream|SageMaker::Endpoint|EKS::|ECS::Service"
    r"|AutoScaling|FSx::|DAX::|GlobalAccelerator|KMS::Key|Route53::HostedZone|SecretsManager)"
)
HOURLY_PROPERTIES = {
    "ProvisionedConcurrencyConfig",
    "ProvisionedThroughput",
    "ProvisionedThroughputInMibps",
}
HOURLY_CHOICES = {
    "BillingMode=PROVISIONED",
    "ThroughputMode=provisioned",
    "VpcEndpointType=Interface",
}
ROUTES = {
    "POST /analyze": "SearchFunction",
    "GET /schedule": "ManageFunction",
    "POST /documents/{id}/opened": "ManageFunction",
    "PUT /schedule": "ManageFunction",
    "GET /executions": "ManageFunction",
    "GET /executions/{id}": "ManageFunction",
    "POST /reindex": "ManageFunction",
    "POST /uploads": "ManageFunction",
    "GET /uploads/{upload_id}": "ManageFunction",
    "POST /uploads/{upload_id}/complete": "ManageFunction",
    "DELETE /uploads/{upload_id}": "ManageFunction",
    "GET /documents/{id}/original": "ManageFunction",
    "GET /search": "SearchFunction",
    "GET /documents/{id}": "SearchFunction",
    "GET /documents/{id}/similar": "SearchFunction",
    "POST /similar": "SearchFunction",
    "GET /words/{word}/similar": "SearchFunction",
    "GET /suggest": "SearchFunction",
    "GET /fields": "SearchFunction",
    "GET /documents": "ManageFunction",
    "POST /documents": "ManageFunction",
    "DELETE /documents/{id}": "ManageFunction",
    "GET /trainings": "ManageFunction",
    "GET /usage": "ManageFunction",
    "POST /trainings": "ManageFunction",
    "POST /model/rollback": "ManageFunction",
    "GET /dictionary": "ManageFunction",
    "PUT /dictionary": "ManageFunction",
    "GET /synonyms": "ManageFunction",
    "PUT /synonyms": "ManageFunction",
    "GET /openapi.json": "ManageFunction",
    "GET /docs": "ManageFunction",
}
OPEN = {"GET /openapi.json", "GET /docs"}
OUTPUTS = {
    "ApiUrl",
    "PageUrl",
    "PageBucketName",
    "DistributionId",
    "DistributionHost",
    "DocumentsBucketName",
    "TableName",
    "UserPoolId",
    "UserPoolClientId",
    "SignInUrl",
    "Stage",
    "IngestStateMachineArn",
    "ReindexStateMachineArn",
    "CompactStateMachineArn",
    "TrainStateMachineArn",
    "UpkeepFunctionName",
    "UsageFunctionName",
    "LeavingFunctionName",
    "BackupDays",
    "LogRetentionDays",
    "ReconcileFunctionName",
    "ReconcileStateMachineArn",
    "TableArn",
    "VpcId",
    "PublicSubnetAId",
    "PublicSubnetBId",
    "FileSystemSecurityGroupId",
    "FileSystemId",
    "FileSystemArn",
    "AccessPointId",
    "AccessPointArn",
    "UndeliveredQueueUrl",
}


def properties(node):
    """Every key and value in a part of the template, at any depth."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from properties(value)
    elif isinstance(node, list):
        for value in node:
            yield from properties(value)


def trainer(template):
    [container] = template.of_type("AWS::ECS::TaskDefinition")["TrainerTaskDefinition"][
        "ContainerDefinitions"
    ]
    return container


def overrides(machines):
    states = machines["train"].states()
    for name in ("TrainOnSpot", "TrainOnDemand"):
        [override] = states[name]["Arguments"]["Overrides"]["ContainerOverrides"]
        yield override


def test_the_environment_is_what_the_settings_read(template, machines, service):
    from kotogura.platform.settings import Settings  # noqa: PLC0415

    given = {name for function in template.functions for name in template.variables(function)}
    search = template.of_type("AWS::Serverless::Function")["SearchFunction"]
    given |= set(search["Environment"]["Variables"])  # with what it is told in either case
    given |= {variable["Name"] for variable in trainer(template)["Environment"]}
    for override in overrides(machines):
        given |= {variable["Name"] for variable in override["Environment"]}
    given |= {variable["Name"] for variable in service.container["Environment"]}
    read = {str(field.validation_alias or field.alias) for field in Settings.model_fields.values()}
    assert {name for name in given if name.startswith("KOTOGURA_")} == {
        name for name in read if name.startswith("KOTOGURA_")
    }
    assert given - read <= POWERTOOLS | {"WEB_CONCURRENCY"}  # gunicorn's own


def test_functions_share_the_same_in_every_template(template):
    shared = template.body["Globals"]["Function"]
    assert {"Ingest", "Reindex", "Upkeep"} <= template.nested.keys()
    for name in template.functions:
        assert template.shared[name] == shared, name


def test_every_function_and_the_trainer_name_themselves_to_powertools(template):
    for function in template.functions:
        assert template.variables(function) >= POWERTOOLS, function
    assert {variable["Name"] for variable in trainer(template)["Environment"]} >= POWERTOOLS


def test_who_mounts_the_store_is_told_where_and_sits_in_the_network(template):
    for name, function in template.functions.items():
        assert ("VpcConfig" in function) == (name not in OUTSIDE), name
        mounts = function.get("FileSystemConfigs", [])
        assert bool(mounts) == ("KOTOGURA_STORE" in template.variables(name)), name
        for mount in mounts:
            variables = function["Environment"]["Variables"]
            assert mount["LocalMountPath"] == variables["KOTOGURA_STORE"]
            # An output of the stack that also makes the mount targets: who reads it waits for them.
            assert mount["Arn"] == {"Fn::GetAtt": ["Store", "Outputs.AccessPointArn"]}


def test_every_function_has_its_image_and_its_handler(template):
    for name, function in template.functions.items():
        metadata = template.resources[name]["Metadata"]
        context = template.folders[name] / metadata["DockerContext"]
        folder = context / metadata["DockerBuildArgs"]["FOLDER"]
        assert function["PackageType"] == "Image"
        assert (context / metadata["Dockerfile"]).is_file(), name
        [command] = function["ImageConfig"]["Command"]
        module, handler = command.split(".")
        source = folder / f"{module}.py"
        assert source.is_file(), f"{name}: {source} is missing"
        assert handler in top_level_names(source), f"{name}: {source} has no {handler}"


def top_level_names(source):
    for node in ast.parse(source.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)


def test_a_handler_binds_and_nothing_more(root):
    handlers = sorted(root.glob("functions/*/*.py"))
    assert handlers
    for handler in handlers:
        text = handler.read_text("utf-8")
        assert len(text.splitlines()) < 40, handler
        assert "boto3" not in text, handler
        assert "environ" not in text, handler


def test_an_image_copies_files_that_exist_onto_a_layer_of_packages(root):
    text = (root / "functions" / "Dockerfile").read_text("utf-8")
    assert "FROM kotogura-packages:${EXTRAS}" in text
    for source in re.findall(r"^COPY (?!--from)([^$\n]+) \S+$", text, re.MULTILINE):
        for path in source.split():
            assert (root / path).exists(), path


def test_every_substitution_is_given_and_used(machine, template, root):
    name = f"{machine.name.capitalize()}StateMachine"
    declared = template.resources[name]["Properties"]
    definition = template.folders[name] / declared["DefinitionUri"]
    assert definition.resolve() == root / "statemachines" / f"{machine.name}.asl.json"
    used = set(re.findall(r"\$\{(\w+)\}", machine.text))
    assert used == set(declared["DefinitionSubstitutions"])


def test_a_task_waits_longer_than_its_function_may_run(machine, template):
    for state, (function, task) in machine.function_tasks().items():
        assert task["TimeoutSeconds"] > template.functions[function]["Timeout"], state


def test_a_workflow_may_call_exactly_the_functions_it_calls(machine, template):
    declared = template.resources[f"{machine.name.capitalize()}StateMachine"]["Properties"]
    allowed = set()
    for policy in declared["Policies"]:
        for statement in policy.get("Statement", []):
            if statement["Action"] == "lambda:InvokeFunction":
                resources = statement["Resource"]
                for arn in resources if isinstance(resources, list) else [resources]:
                    allowed.add(arn["Fn::GetAtt"][0])
    assert allowed == {function for function, _ in machine.function_tasks().values()}


def test_the_training_speaks_to_the_container_that_exists(template, machines):
    container = trainer(template)
    assert (container["Name"], container["Command"]) == ("trainer", ["python", "train.py"])
    for override in overrides(machines):
        assert override["Name"] == container["Name"]
        assert {variable["Name"] for variable in override["Environment"]} == {
            "KOTOGURA_TENANT",
            "KOTOGURA_TRAINING_ID",
        }
    cluster = template.of_type("AWS::ECS::Cluster")["Cluster"]
    assert cluster["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]


def test_the_api_has_the_routes_that_are_promised_and_no_more(template):
    assert template.routes == ROUTES


def test_no_route_is_open_without_a_token_but_the_documentation(template):
    auth = template.resources["Api"]["Properties"]["Auth"]
    assert auth["DefaultAuthorizer"] in auth["Authorizers"]
    found = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}"
        for function in template.functions.values()
        for event in function.get("Events", {}).values()
        if event["Properties"].get("Auth", {}).get("Authorizer") == "NONE"
    }
    assert found == OPEN


def test_access_logs_hold_nothing_that_was_searched_for(template):
    log_format = template.resources["Api"]["Properties"]["AccessLogSettings"]["Format"]
    assert "$context.routeKey" in log_format
    for leak in ("querystring", "path", "rawQuery", "domain"):
        assert leak not in log_format.lower()


def test_nobody_moves_themselves_to_another_tenant(template):
    client = template.resources["UserPoolClient"]["Properties"]
    assert "custom:tenant" not in client["WriteAttributes"]
    pool = template.resources["UserPool"]["Properties"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_a_trigger_that_fails_to_answer_in_time_fails_the_sign_in(template):
    assert template.functions["ClaimsFunction"]["Timeout"] <= 5  # Cognito waits no longer


def test_the_outputs_are_those_that_others_read(template):
    assert set(template.body["Outputs"]) == OUTPUTS


def test_nothing_bills_by_the_hour(template):
    for name, resource in template.resources.items():
        assert not HOURLY_TYPES.match(resource["Type"]), name
        if resource["Type"] == "AWS::EC2::VPCEndpoint":
            assert resource["Properties"]["VpcEndpointType"] == "Gateway", name
        for key, value in properties(resource):
            assert key not in HOURLY_PROPERTIES, name
            assert f"{key}={value}" not in HOURLY_CHOICES, name


def test_the_network_leads_to_our_bucket_and_table_and_images_alone(template):
    arns = template.resources["Network"]["Properties"]["Parameters"]
    assert arns["BucketArn"] == {"Fn::GetAtt": ["DocumentsBucket", "Arn"]}
    assert arns["TableArn"] == {"Fn::GetAtt": ["Table", "Arn"]}
    images = "arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"
    reached = {}
    for name, resource in template.nested["Network"].resources.items():
        if resource["Type"] == "AWS::EC2::VPCEndpoint":
            statements = resource["Properties"]["PolicyDocument"]["Statement"]
            reached[name] = [(one["Action"], one["Resource"]) for one in statements]
    assert reached == {
        "S3Endpoint": [
            ("s3:*", [{"Ref": "BucketArn"}, {"Fn::Sub": "${BucketArn}/*"}]),
            ("s3:GetObject", {"Fn::Sub": images}),
        ],
        "DynamoDBEndpoint": [
            ("dynamodb:*", [{"Ref": "TableArn"}, {"Fn::Sub": "${TableArn}/index/*"}])
        ],
    }


@pytest.mark.parametrize("planted", ["AWS::EC2::NatGateway", "AWS::OpenSearchService::Domain"])
def test_a_planted_resource_that_bills_by_the_hour_is_found(planted):
    assert HOURLY_TYPES.match(planted)


def test_a_nested_stack_is_given_what_it_has_no_default_for_and_nothing_else(template):
    assert template.nested
    for name, part in template.nested.items():
        given = set(template.resources[name]["Properties"].get("Parameters", {}))
        declared = part.body.get("Parameters", {})
        required = {key for key, one in declared.items() if "Default" not in one}
        assert required <= given <= set(declared), name


def test_every_output_of_a_nested_stack_is_read_and_exists(template):
    written = json.dumps(template.body)
    read = set(re.findall(r'"(\w+)", "Outputs\.(\w+)"', written))
    read |= set(re.findall(r"\$\{(\w+)\.Outputs\.(\w+)\}", written))
    assert read == {
        (name, output)
        for name, part in template.nested.items()
        for output in part.body.get("Outputs", {})
    }


def test_every_template_in_the_folder_is_part_of_the_whole(template, root):
    stacks = template.of_type("AWS::CloudFormation::Stack").values()
    assert {root / stack["TemplateURL"] for stack in stacks} == set(root.glob("templates/*.yaml"))


def test_no_account_and_no_region_is_written_down(template):
    assert not re.search(r"\b\d{12}\b", template.text)
    # Bills are metrics of one region alone, wherever the stack is.
    text = template.text.replace('"region": "us-east-1", "stat": "Maximum", "period": 21600', "")
    assert not re.search(r"\b(us|eu|ap|ca|sa|me|af|il|mx)-[a-z]+-\d\b", text)


def test_what_cannot_be_delivered_is_kept(template):
    events = [
        (f"{machine}/{name}", event)
        for machine, body in template.of_type("AWS::Serverless::StateMachine").items()
        for name, event in body.get("Events", {}).items()
    ]
    assert {event["Type"] for _, event in events} == {"EventBridgeRule", "ScheduleV2"}
    for name, event in events:
        queue = event["Properties"].get("DeadLetterConfig")
        assert queue == {"Arn": {"Fn::GetAtt": ["UndeliveredQueue", "Arn"]}}, name


def test_no_function_is_called_without_somebody_who_waits_for_its_answer(template):
    # What is called asynchronously needs a place for its failures: an OnFailure destination.
    for name, function in template.functions.items():
        if all(event["Type"] == "HttpApi" for event in function.get("Events", {}).values()):
            continue
        on_failure = function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        assert on_failure["Destination"] == {"Fn::GetAtt": ["UndeliveredQueue", "Arn"]}, name
    assert not template.of_type("AWS::Lambda::EventSourceMapping")
    for name, subscription in template.of_type("AWS::SNS::Subscription").items():
        assert subscription["Protocol"] == "email", name
    for name, rule in template.of_type("AWS::Events::Rule").items():
        assert "Function" not in json.dumps(rule["Targets"]), name


def test_indexing_can_be_kept_from_taking_all_that_runs_at_once(template, machines):
    limit = {"Fn::If": ["LimitsIndexing", {"Ref": "IndexingConcurrency"}, {"Ref": "AWS::NoValue"}]}
    limited = {
        name
        for name, function in template.of_type("AWS::Serverless::Function").items()
        if function.get("ReservedConcurrentExecutions") == limit
    }
    assert limited == {function for function, _ in machines["ingest"].function_tasks().values()}


def test_the_truth_outlives_the_stack(template):
    for name in ("DocumentsBucket", "Table"):
        assert template.resources[name]["DeletionPolicy"] == "Retain"
        assert template.resources[name]["UpdateReplacePolicy"] == "Retain"
