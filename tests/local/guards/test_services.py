"""Guards of CloudFormation, API Gateway, S3 and Scheduler; each test fails without its guard."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kotogura.local import clients
from kotogura.local.deployed_functions import function_names
from kotogura.local.images import LocalImage

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

InMiniStack = Callable[[str], subprocess.CompletedProcess[str]]


def _create(endpoint: str, name: str, resources: dict[str, Any], until: Callable[..., Any]) -> Any:
    cloudformation = clients.client("cloudformation", endpoint)
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps({"Resources": resources, "Outputs": {}}),
        Capabilities=["CAPABILITY_IAM"],
    )

    return until(lambda: _ended(cloudformation, name))


def _ended(cloudformation: Any, name: str) -> str | None:
    [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    status: str = stack["StackStatus"]
    return None if status.endswith("IN_PROGRESS") else status


def _resource(endpoint: str, name: str, logical_id: str) -> str:
    found = clients.cloudformation(endpoint).describe_stack_resource(
        StackName=name, LogicalResourceId=logical_id
    )
    return found["StackResourceDetail"].get("PhysicalResourceId", "")


def _api(function_arn: str) -> dict[str, Any]:
    """What SAM makes of an HttpApi with a JWT authorizer, one open and one closed route."""
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "payloadFormatVersion": "2.0",
        "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        f"{function_arn}/invocations",
    }
    authorizer = {
        "type": "jwt",
        "identitySource": "$request.header.Authorization",
        "jwtConfiguration": {"issuer": "https://issuer.example", "audience": ["client"]},
    }
    operation = {"x-amazon-apigateway-integration": integration, "responses": {}}
    body = {
        "openapi": "3.0.1",
        "info": {"title": "api", "version": "1.0"},
        "paths": {
            "/open/{id}": {"get": operation},
            "/closed": {"get": operation | {"security": [{"Token": []}]}},
        },
        "components": {
            "securitySchemes": {
                "Token": {"type": "oauth2", "x-amazon-apigateway-authorizer": authorizer}
            }
        },
        "x-amazon-apigateway-cors": {
            "allowOrigins": ["http://localhost:5173"],
            "allowMethods": ["GET"],
        },
    }
    return {
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}},
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True},
        },
    }


def test_an_http_apis_body_makes_its_routes(
    guarded: Any,
    bare: Any,
    make_function: Any,
    until: Callable[..., Any],
    fetch: Callable[..., Any],
    no_longer_needed: Callable[[str], str],
) -> None:
    def deploy(endpoint: str) -> str:
        _create(endpoint, "http-api", _api(make_function(endpoint, "api")), until)
        return f"{endpoint}/_aws/execute-api/{_resource(endpoint, 'http-api', 'Api')}"

    api = deploy(guarded.endpoint)
    found = fetch(f"{api}/open/%E8%A8%80")
    assert found.status == 200
    assert found.json["event"]["pathParameters"] == {"id": "言"}
    assert found.json["event"]["rawPath"] == "/open/言"
    assert fetch(f"{api}/elsewhere").status == 404
    assert fetch(f"{api}/closed").status == 401
    preflight = fetch(f"{api}/open/1", "OPTIONS", headers={"Origin": "http://localhost:5173"})
    assert preflight.headers["access-control-allow-origin"] == "http://localhost:5173"
    without = fetch(f"{deploy(bare.endpoint)}/open/1")
    assert without.status == 404, no_longer_needed("http_api_body")


def test_an_updated_body_replaces_the_routes(
    guarded: Any, make_function: Any, until: Callable[..., Any], fetch: Callable[..., Any]
) -> None:
    endpoint = guarded.endpoint
    resources = _api(make_function(endpoint, "api-to-update"))
    _create(endpoint, "updated-api", resources, until)
    paths = resources["Api"]["Properties"]["Body"]["paths"]
    paths["/new"] = paths.pop("/open/{id}")
    cloudformation = clients.cloudformation(endpoint)
    cloudformation.update_stack(
        StackName="updated-api", TemplateBody=json.dumps({"Resources": resources})
    )
    api = f"{endpoint}/_aws/execute-api/{_resource(endpoint, 'updated-api', 'Api')}"
    until(lambda: fetch(f"{api}/new").status == 200)
    assert fetch(f"{api}/open/1").status == 404


def test_a_nested_stack_can_be_updated(
    guarded: Any, bare: Any, until: Callable[..., Any], no_longer_needed: Callable[[str], str]
) -> None:
    def deploy_twice(endpoint: str) -> str:
        part = {
            "Parameters": {"Word": {"Type": "String"}},
            "Resources": {
                "Bucket": {"Type": "AWS::S3::Bucket"},
                "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Word"}}},
            },
            "Outputs": {"Host": {"Value": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]}}},
        }
        objects = clients.objects(endpoint)
        objects.create_bucket(Bucket="templates")
        objects.put_object(Bucket="templates", Key="part.json", Body=json.dumps(part).encode())
        url = "https://s3.amazonaws.com/templates/part.json"

        def nesting(word: str) -> dict[str, Any]:
            properties = {"TemplateURL": url, "Parameters": {"Word": word}}
            return {"Part": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}}

        assert _create(endpoint, "nesting", nesting("first"), until) == "CREATE_COMPLETE"
        cloudformation = clients.client("cloudformation", endpoint)
        cloudformation.update_stack(
            StackName="nesting", TemplateBody=json.dumps({"Resources": nesting("second")})
        )
        return str(until(lambda: _ended(cloudformation, "nesting")))

    assert deploy_twice(guarded.endpoint) == "UPDATE_COMPLETE"
    assert deploy_twice(bare.endpoint) != "UPDATE_COMPLETE", no_longer_needed("nested_updates")


def test_a_nested_stack_is_transformed_with_the_parameters_it_is_given(
    guarded: Any, bare: Any, until: Callable[..., Any], no_longer_needed: Callable[[str], str]
) -> None:
    def deploy(endpoint: str) -> str:
        function = {
            "PackageType": "Image",
            "ImageUri": LocalImage("functions/echo", "EchoFunction").reference,
            "ImageConfig": {"Command": ["app.handler"]},
        }
        part = {
            "Transform": "AWS::Serverless-2016-10-31",
            "Parameters": {"Mode": {"Type": "String"}},
            "Globals": {"Function": {"Tracing": {"Ref": "Mode"}}},
            "Resources": {"Echo": {"Type": "AWS::Serverless::Function", "Properties": function}},
            "Outputs": {"Name": {"Value": {"Ref": "Echo"}}},
        }
        objects = clients.objects(endpoint)
        objects.create_bucket(Bucket="templates")
        objects.put_object(Bucket="templates", Key="sam.json", Body=json.dumps(part).encode())
        properties = {
            "TemplateURL": "https://s3.amazonaws.com/templates/sam.json",
            "Parameters": {"Mode": "Active"},
        }
        nesting = {"Part": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}}
        return str(_create(endpoint, "nesting-sam", nesting, until))

    assert deploy(guarded.endpoint) == "CREATE_COMPLETE"
    name = function_names(guarded.endpoint, "nesting-sam")["Echo"]
    found = clients.functions(guarded.endpoint).get_function_configuration(FunctionName=name)
    assert found["TracingConfig"]["Mode"] == "Active"
    assert deploy(bare.endpoint) != "CREATE_COMPLETE", no_longer_needed("nested_transforms")


def test_types_that_are_unknown_become_placeholders(
    guarded: Any,
    bare: Any,
    until: Callable[..., Any],
    in_ministack: InMiniStack,
    no_longer_needed: Callable[[str], str],
) -> None:
    listed = in_ministack(
        "import json; from kotogura.local.guards.placeholders import PLACEHOLDER_TYPES;"
        "print(json.dumps(PLACEHOLDER_TYPES))"
    )
    types = json.loads(listed.stdout.splitlines()[-1])
    resources = {
        f"Resource{number}": {"Type": name, "Properties": {"Name": "x"}}
        for number, name in enumerate(types)
    }
    assert _create(guarded.endpoint, "placeholders", resources, until) == "CREATE_COMPLETE"
    with pytest.raises(ClientError) as refused:
        _create(bare.endpoint, "placeholders", resources, until)
    known = [name for name in types if name not in str(refused.value)]
    assert not known, f"{known}: {no_longer_needed('placeholders')}"


def test_alarms_over_metric_maths_pass(
    guarded: Any, bare: Any, until: Callable[..., Any], no_longer_needed: Callable[[str], str]
) -> None:
    alarm = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "Metrics": [{"Id": "e1", "Expression": "m1 * 100"}],
    }
    resources = {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}}
    assert _create(guarded.endpoint, "maths", resources, until) == "CREATE_COMPLETE"
    without = _create(bare.endpoint, "maths", resources, until)
    assert without != "CREATE_COMPLETE", no_longer_needed("placeholders")


def test_events_of_a_versioned_bucket_name_the_version(
    guarded: Any, bare: Any, until: Callable[..., Any], no_longer_needed: Callable[[str], str]
) -> None:
    def seen(endpoint: str) -> Any:
        """The two events of an object that comes and goes, and the versions it had."""
        objects, queues = clients.objects(endpoint), clients.client("sqs", endpoint)
        queue = queues.create_queue(QueueName="events")["QueueUrl"]
        bus = clients.client("events", endpoint)
        bus.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.s3"]}))
        arn = "arn:aws:sqs:us-east-1:000000000000:events"
        bus.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
        objects.create_bucket(Bucket="versioned")
        objects.put_bucket_versioning(
            Bucket="versioned", VersioningConfiguration={"Status": "Enabled"}
        )
        objects.put_bucket_notification_configuration(
            Bucket="versioned", NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        made = objects.put_object(Bucket="versioned", Key="t/文書.txt", Body=b"x")["VersionId"]
        gone = objects.delete_object(Bucket="versioned", Key="t/文書.txt")["VersionId"]
        events: list[Any] = []

        def received() -> bool:
            messages = queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            events.extend(json.loads(one["Body"]) for one in messages.get("Messages", []))
            return len(events) >= 2

        until(received)
        by_type = {event["detail-type"]: event["detail"]["object"] for event in events}
        return by_type, made, gone

    by_type, made, gone = seen(guarded.endpoint)
    assert by_type["Object Created"]["version-id"] == made
    assert by_type["Object Created"]["size"] == 1
    assert by_type["Object Deleted"]["version-id"] == gone
    assert "size" not in by_type["Object Deleted"]
    by_type, _, _ = seen(bare.endpoint)
    assert "version-id" not in by_type["Object Created"], no_longer_needed("object_versions")


def test_schedules_stay_quiet(
    guarded: Any, bare: Any, until: Callable[..., Any], no_longer_needed: Callable[[str], str]
) -> None:
    def fired(endpoint: str) -> bool:
        queues = clients.client("sqs", endpoint)
        queue = queues.get_queue_url(QueueName="due")["QueueUrl"]
        return bool(queues.receive_message(QueueUrl=queue).get("Messages"))

    until(lambda: fired(bare.endpoint), message=no_longer_needed("schedules"))
    assert not fired(guarded.endpoint)


def test_a_guard_whose_name_is_gone_says_so(in_ministack: InMiniStack) -> None:
    refused = in_ministack(
        "from ministack import app; from kotogura.local.guards.private_names import private;"
        "private(app, '_gone')"
    )
    assert refused.returncode != 0
    assert "ministack.app._gone is gone in ministack 1." in refused.stderr


def test_another_release_is_refused(in_ministack: InMiniStack) -> None:
    refused = in_ministack(
        "from kotogura.local.guards import private_names as names;"
        "names.MINISTACK_VERSION = '0.0.1'; names.require_pinned_version()"
    )
    assert refused.returncode != 0
    assert "written for ministack==0.0.1" in refused.stderr
    assert "make setup" in refused.stderr
