"""A small product to deploy: a function behind an API and a workflow, a bucket and a table."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kotogura.local.stack import StackOptions

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 10
    Environment: {Variables: {OWN: mine, KOTOGURA_STORE: /mnt/kotogura}}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
  EchoFunction:
    Type: AWS::Serverless::Function
    Metadata: {DockerBuildArgs: {FOLDER: functions/echo}}
    Properties:
      PackageType: Image
      ImageConfig: {Command: [app.handler]}
      Events:
        Word:
          Type: HttpApi
          Properties: {ApiId: !Ref Api, Method: GET, Path: "/words/{word}"}
  Api: {Type: AWS::Serverless::HttpApi}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      DefinitionUri: echo.asl.json
      DefinitionSubstitutions: {EchoFunctionArn: !GetAtt EchoFunction.Arn}
Outputs:
  ApiUrl: {Value: !Sub "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
  BucketName: {Value: !Ref Bucket}
  TableName: {Value: !Ref Table}
  MachineArn: {Value: !Ref Machine}
"""

DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "Echo",
    "States": {
        "Echo": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "${EchoFunctionArn}", "Payload": "{% $states.input %}"},
            "Output": "{% $states.result.Payload %}",
            "End": True,
        }
    },
}


@pytest.fixture
def template_text() -> str:
    return TEMPLATE


@pytest.fixture
def options(root: Path, free_port: int, ministack_python: Path) -> StackOptions:
    (root / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (root / "echo.asl.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    return StackOptions(root=root, port=free_port, ministack_python=ministack_python)


@pytest.fixture
def processes_of(options: StackOptions) -> Iterator[Callable[[], list[int]]]:
    """The processes that have this test's folder in their environment or command; Linux only."""
    mark = str(options.root).encode()

    def find() -> list[int]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                text = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            except OSError:
                continue
            if mark in text and int(process.name) != os.getpid():
                found.append(int(process.name))
        return found

    yield find
    assert not find(), "the stack left processes behind"
