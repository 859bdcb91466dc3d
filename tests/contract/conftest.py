"""The repository's declarations as the tests read them: template, state machines, events."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


class TemplateLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags: `!Ref x` is {"Ref": x}, `!Sub x` {"Fn::Sub": x}."""


def _short_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", _short_tag)


def by_default(value: Any) -> Any:
    """Return a value of a template as it is where no condition holds."""
    if isinstance(value, list):
        return [by_default(one) for one in value if by_default(one) != {"Ref": "AWS::NoValue"}]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::If"}:
        return by_default(value["Fn::If"][2])
    return {
        name: by_default(one)
        for name, one in value.items()
        if by_default(one) != {"Ref": "AWS::NoValue"}
    }


def as_given(value: Any, parameters: dict[str, Any]) -> Any:
    """Return a value of a nested template with what the template around it gives it."""
    if isinstance(value, list):
        return [as_given(one, parameters) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return parameters.get(value["Ref"], value)
    return {name: as_given(one, parameters) for name, one in value.items()}


class Template:
    """`template.yaml` with its nested templates, and the questions that contracts ask of them.

    `body` is the root's alone; `resources` are everybody's: no logical id is used twice. What is
    nested is there as the root gives it its parameters; `nested` has it as it is written.
    """

    def __init__(self, path: Path) -> None:
        self.text = path.read_text("utf-8")
        self.body: dict[str, Any] = yaml.load(self.text, TemplateLoader)  # noqa: S506
        self.resources: dict[str, dict[str, Any]] = dict(self.body["Resources"])
        shared = self.body.get("Globals", {}).get("Function", {})
        self.shared: dict[str, dict[str, Any]] = dict.fromkeys(self.resources, shared)
        self.folders: dict[str, Path] = dict.fromkeys(self.resources, path.parent)
        self.nested: dict[str, Template] = {}
        for name, stack in self.of_type("AWS::CloudFormation::Stack").items():
            self.nested[name] = part = Template(path.parent / stack["TemplateURL"])
            assert not part.resources.keys() & self.resources.keys(), name
            given = stack.get("Parameters", {})
            self.resources |= as_given(part.resources, given)
            self.shared |= as_given(part.shared, given)
            self.folders |= part.folders
            self.text += part.text

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of the resources of one type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """Return the functions' properties by logical id, as they are by default."""
        return dict(by_default(self.of_type("AWS::Serverless::Function")))

    def variables(self, function: str) -> set[str]:
        """Return the names of a function's environment variables, common ones included."""
        common = self.shared[function]["Environment"]["Variables"]
        own = self.functions[function].get("Environment", {}).get("Variables", {})
        return {*common, *own}

    @property
    def routes(self) -> dict[str, str]:
        """Return which function answers each route, such as "GET /search"."""
        return {
            f"{event['Properties']['Method']} {event['Properties']['Path']}": name
            for name, function in self.functions.items()
            for event in function.get("Events", {}).values()
            if event["Type"] == "HttpApi"
        }


class ServiceTemplate(Template):
    """`platforms/ecs-service.yaml`, which stands beside the whole and is no part of it."""

    @property
    def container(self) -> dict[str, Any]:
        """Return the one container of its task."""
        [definition] = self.of_type("AWS::ECS::TaskDefinition").values()
        [container] = definition["ContainerDefinitions"]
        return dict(container)


class StateMachine:
    """One definition in `statemachines/`, with the states of its maps laid open."""

    def __init__(self, path: Path) -> None:
        self.name = path.name.removesuffix(".asl.json")
        self.text = path.read_text("utf-8")
        self.body: dict[str, Any] = json.loads(self.text)

    def scopes(self) -> Iterator[dict[str, Any]]:
        """Yield the definition, then each ItemProcessor in it: what has StartAt and States."""
        waiting = [self.body]
        while waiting:
            scope = waiting.pop()
            yield scope
            states = scope["States"].values()
            waiting.extend(state["ItemProcessor"] for state in states if "ItemProcessor" in state)

    def states(self) -> dict[str, dict[str, Any]]:
        """Return every state by name."""
        return {name: state for scope in self.scopes() for name, state in scope["States"].items()}

    def function_tasks(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return the tasks that call a function: state name to (logical id, state)."""
        return {
            name: (state["Arguments"]["FunctionName"].strip("${}").removesuffix("Arn"), state)
            for name, state in self.states().items()
            if state.get("Resource") == "arn:aws:states:::lambda:invoke"
        }


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def template() -> Template:
    return Template(ROOT / "template.yaml")


@pytest.fixture(scope="session")
def events() -> dict[str, dict[str, Any]]:
    """Every event in `events/`, by file name without its ending."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in ROOT.glob("events/*.json")}


@pytest.fixture(scope="session")
def machines() -> dict[str, StateMachine]:
    found = [StateMachine(path) for path in sorted(ROOT.glob("statemachines/*.asl.json"))]
    return {machine.name: machine for machine in found}


@pytest.fixture(params=["compact", "ingest", "reindex", "train"])
def machine(request: pytest.FixtureRequest, machines: dict[str, StateMachine]) -> StateMachine:
    return machines[request.param]


@pytest.fixture(scope="session")
def service() -> ServiceTemplate:
    return ServiceTemplate(ROOT / "platforms" / "ecs-service.yaml")
