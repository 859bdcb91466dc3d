"""What a template and its nested stacks hold, with parameters in place of references to them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kotogura.local.template import read_template

NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
_SCHEDULES = ("Schedule", "ScheduleV2")
_DAYS_A_MONTH = 365 / 12


@dataclass(frozen=True)
class Resource:
    """One resource of a template.

    Attributes:
        name: its logical id, after those of the nested stacks around it, joined by `/`.
        parameters: values that each parameter of its template may have, the default first.
        shared: properties that the template's `Globals` give to resources of its type.
    """

    name: str
    type: str
    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]
    parameters: Mapping[str, list[Any]]
    shared: Mapping[str, Any]

    def possible(self, name: str) -> list[Any] | None:
        """Return the values that a property may have, the default's first.

        Empty when it isn't set; None when it is computed by more than a parameter.
        """
        value = self.properties.get(name, self.shared.get(name))
        return [] if value is None else resolved(value, self.parameters)

    def value(self, name: str, default: Any = None) -> Any:
        """Return a property as it is when no parameter is given."""
        return (self.possible(name) or [default])[0]


def resolved(value: Any, parameters: Mapping[str, list[Any]]) -> list[Any] | None:
    """Return what a value of a template may be; None when it is computed by more than a parameter.

    Of a choice by a condition the second comes first: our conditions don't hold by default.

    >>> resolved({"Ref": "Mode"}, {"Mode": ["bursting", "elastic"]})
    ['bursting', 'elastic']
    >>> resolved({"Fn::If": ["Isolated", 256, {"Ref": "Memory"}]}, {"Memory": [1769]})
    [1769, 256]
    """
    if isinstance(value, dict) and set(value) == {"Ref"}:
        return parameters.get(value["Ref"])
    if isinstance(value, dict) and set(value) == {"Fn::If"}:
        _, then, otherwise = value["Fn::If"]
        either = [resolved(branch, parameters) for branch in (otherwise, then)]
        return None if None in either else [one for branch in either if branch for one in branch]
    if isinstance(value, dict) and any(key.startswith("Fn::") for key in value):
        return None
    return [value]


@dataclass(frozen=True)
class Inventory:
    """All resources, and nested templates that can't be read from here, as `name: location`."""

    resources: tuple[Resource, ...]
    unread: tuple[str, ...]

    def of(self, *types: str) -> list[Resource]:
        """Return the resources of these types, in the template's order."""
        return [one for one in self.resources if one.type in types]

    def named(self, logical_id: str) -> Resource:
        """Return a resource by its logical id, in whichever nested stack it is.

        Raises:
            LookupError: when there is none; the model of consumption wants to be brought up to it.
        """
        for one in self.resources:
            if one.name.rsplit("/", 1)[-1] == logical_id:
                return one
        raise LookupError(f"the template has no {logical_id}; adapt kotogura.cost to it")

    def gigabytes(self, logical_id: str) -> float:
        """Return the memory of a function in GB as Lambda bills it, 1,024 MB each.

        Raises:
            LookupError: when there is no such function, or only a deployment knows its memory.
        """
        sizes = self.named(logical_id).possible("MemorySize")
        if sizes is None:
            raise LookupError(f"the memory of {logical_id} can't be known from the template")
        return float(sizes[0] if sizes else 128) / 1024

    def runs_a_month(self, logical_id: str, given: str = "") -> float:
        """Return how often schedules start a state machine or function.

        Only those schedules count whose input holds `given`.

        Raises:
            LookupError: when there is no such resource, or only a deployment knows a schedule.
        """
        resource = self.named(logical_id)
        count = 0.0
        for event in resource.properties.get("Events", {}).values():
            properties = event["Properties"]
            if event["Type"] in _SCHEDULES and given in str(properties.get("Input", "")):
                written = properties.get("ScheduleExpression", properties.get("Schedule"))
                expressions = resolved(written, resource.parameters)
                if not expressions:
                    raise LookupError(f"a schedule of {logical_id} can't be known: {written}")
                count += _runs_a_month(expressions[0])
        return count


def read_inventory(path: Path) -> Inventory:
    """Return what a template holds, nested stacks with a path included.

    Raises:
        ValueError: when the file isn't a template.
        OSError: when it can't be read.
    """
    resources: list[Resource] = []
    unread: list[str] = []
    for found in _walk(path, "", {}):
        if isinstance(found, Resource):
            resources.append(found)
        else:
            unread.append(found)
    return Inventory(tuple(resources), tuple(unread))


def _walk(path: Path, prefix: str, given: Mapping[str, list[Any]]) -> Iterator[Resource | str]:
    template = read_template(path)
    parameters = {
        name: [declared["Default"], *declared.get("AllowedValues", [])]
        for name, declared in template.get("Parameters", {}).items()
        if "Default" in declared
    } | dict(given)
    every_function = template.get("Globals", {}).get("Function", {})
    for logical_id, body in template["Resources"].items():
        name = f"{prefix}{logical_id}"
        properties = body.get("Properties", {})
        shared = every_function if body["Type"] == "AWS::Serverless::Function" else {}
        metadata = body.get("Metadata", {})
        yield Resource(name, body["Type"], properties, metadata, parameters, shared)
        if body["Type"] in NESTED:
            location = properties.get(NESTED[body["Type"]])
            inner = path.parent / location if isinstance(location, str) else None
            if inner is not None and inner.is_file():
                passed = properties.get("Parameters", {})
                known = {key: resolved(value, parameters) for key, value in passed.items()}
                handed = {key: values for key, values in known.items() if values}
                yield from _walk(inner, f"{name}/", handed)
            else:
                yield f"{name}: {location}"


def _runs_a_month(expression: str) -> float:
    """Return how often a schedule runs.

    >>> round(_runs_a_month("cron(0 4 * * ? *)"), 1), round(_runs_a_month("rate(6 hours)"))
    (30.4, 122)
    """
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        a_day = {"minute": 1440, "hour": 24, "day": 1}[rate[2]] / int(rate[1])
        return a_day * _DAYS_A_MONTH
    cron = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) \S+\)", expression)
    if not cron:
        raise LookupError(f"{expression!r} is no schedule that can be counted")
    minutes, hours, day, _, weekday = cron.groups()
    a_day = _times(minutes, 60) * _times(hours, 24)
    if weekday not in ("?", "*"):
        return a_day * _DAYS_A_MONTH / 7 * len(weekday.split(","))
    return a_day * (_DAYS_A_MONTH if day in ("?", "*") else len(day.split(",")))


def _times(field: str, all_of_them: int) -> float:
    if field == "*":
        return all_of_them
    if "/" in field:
        return all_of_them / int(field.split("/")[1])
    return len(field.split(","))
