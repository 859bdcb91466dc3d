"""Images get tags by their content, and what is there is not pushed again."""

import base64
import json

import pytest
from botocore.exceptions import ClientError

from kotogura.delivery.errors import ToolFailed
from kotogura.delivery.images import Registry
from kotogura.delivery.packaging import Foundation, make_package

REGISTRY = "000000000000.dkr.ecr.us-east-1.amazonaws.com"
FUNCTIONS = f"{REGISTRY}/kotogura/functions"
TRAINER = f"{REGISTRY}/kotogura/trainer"
FOUNDATION = Foundation(FUNCTIONS, TRAINER, "packages", "arn:aws:iam::000000000000:role/deploy")


class Repositories:
    """ECR as far as it is asked, and an account that makes clients for it."""

    def __init__(self) -> None:
        self.tags: set[str] = set()

    def client(self, service):
        assert service == "ecr"
        return self

    def describe_images(self, **asked):
        [image] = asked["imageIds"]
        if f"{asked['repositoryName']}:{image['imageTag']}" not in self.tags:
            raise ClientError({"Error": {"Code": "ImageNotFoundException"}}, "DescribeImages")

    def get_authorization_token(self):
        token = base64.b64encode(b"AWS:secret-of-an-hour").decode()
        return {"authorizationData": [{"authorizationToken": token}]}


class Recorded:
    """Docker and SAM: they note what they are told; a push reaches the repositories."""

    def __init__(self, repositories, images):
        self.repositories, self.images = repositories, images
        self.ran: list[tuple[str, ...]] = []
        self.given: list[str | None] = []

    def run(self, *command, given=None):
        self.ran.append(command)
        self.given.append(given)
        if command[:2] == ("docker", "push"):
            self.repositories.tags.add(command[-1].partition("/")[2])

    def answer(self, *command):
        if command[-1] not in self.images:
            raise ToolFailed("`docker image` ended with 1; it says above why")
        return self.images[command[-1]]


@pytest.fixture
def world(tmp_path):
    repositories = Repositories()
    tools = Recorded(
        repositories,
        {
            "ingestfunction:ingest": "sha256:" + "1" * 64,
            "quarantinefunction:ingest": "sha256:" + "1" * 64,
            "searchfunction:search": "sha256:" + "2" * 64,
            "kotogura-trainer:latest": "sha256:" + "3" * 64,
        },
    )
    return tmp_path, repositories, tools


def build(root):
    functions = {
        "IngestFunction": "ingestfunction:ingest",
        "QuarantineFunction": "quarantinefunction:ingest",
        "SearchFunction": "searchfunction:search",
    }
    template = {
        "Resources": {
            name: {"Type": "AWS::Serverless::Function", "Properties": {"ImageUri": image}}
            for name, image in functions.items()
        }
    }
    folder = root / ".aws-sam" / "build"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "template.yaml").write_text(json.dumps(template))


def package(world, notes=None):
    root, repositories, tools = world
    build(root)
    notes = [] if notes is None else notes
    return make_package(root, FOUNDATION, Registry(repositories, tools), tools, notes.append)


def pushed(tools):
    return [command[-1] for command in tools.ran if command[:2] == ("docker", "push")]


def test_each_image_is_pushed_once_under_a_tag_of_its_content(world):
    made = package(world)
    assert pushed(world[2]) == [
        f"{FUNCTIONS}:ingest-111111111111",
        f"{FUNCTIONS}:search-222222222222",
        f"{TRAINER}:trainer-333333333333",
    ]
    assert made.trainer_image_uri == f"{TRAINER}:trainer-333333333333"


def test_functions_of_one_image_share_its_address(world):
    package(world)
    template = json.loads((world[0] / ".aws-sam/build/template.yaml").read_text())
    addresses = {n: r["Properties"]["ImageUri"] for n, r in template["Resources"].items()}
    assert addresses["IngestFunction"] == addresses["QuarantineFunction"]
    assert addresses["SearchFunction"] == f"{FUNCTIONS}:search-222222222222"


def test_functions_of_nested_stacks_are_pushed_too(world):
    root, repositories, tools = world
    build(root)
    built = root / ".aws-sam/build"
    (built / "Ingest").mkdir()
    (built / "template.yaml").rename(built / "Ingest/template.yaml")
    stack = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "Ingest"}}
    (built / "template.yaml").write_text(json.dumps({"Resources": {"Ingest": stack}}))
    make_package(root, FOUNDATION, Registry(repositories, tools), tools, lambda _: None)
    nested = json.loads((built / "Ingest/template.yaml").read_text())
    image = nested["Resources"]["IngestFunction"]["Properties"]["ImageUri"]
    assert image == f"{FUNCTIONS}:ingest-111111111111"
    assert image in pushed(tools)


def test_what_is_there_already_is_not_pushed_again(world):
    package(world)
    world[2].ran.clear()
    notes: list[str] = []
    package(world, notes)
    assert pushed(world[2]) == []
    assert all(note.startswith("there already: ") for note in notes)


def test_the_registry_is_signed_in_to_once_and_its_password_is_in_no_command(world):
    package(world)
    tools = world[2]
    logins = [at for at, command in enumerate(tools.ran) if command[:2] == ("docker", "login")]
    assert len(logins) == 1
    assert tools.given[logins[0]] == "secret-of-an-hour"
    assert not any("secret-of-an-hour" in word for command in tools.ran for word in command)


def test_without_a_build_the_remedy_is_named(world):
    root, repositories, tools = world
    with pytest.raises(ToolFailed, match="nothing is built: run `make images`"):
        make_package(root, FOUNDATION, Registry(repositories, tools), tools, print)


def test_what_was_packaged_for_another_account_is_not_deployed(world):
    package(world)
    root, repositories, tools = world
    other = Foundation(FUNCTIONS.replace("000", "111"), TRAINER, "packages", "role")
    with pytest.raises(ToolFailed, match="for another account"):
        make_package(root, other, Registry(repositories, tools), tools, print)
