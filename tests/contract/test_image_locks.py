"""What images install: locks that agree with the pins, and layers that stand on each other."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

BASES = {"lambda", "slim"}


@pytest.fixture(scope="module")
def layers(root):
    lines = (root / "containers" / "layers.txt").read_text("utf-8").splitlines()
    words = [line.split() for line in lines if not line.startswith("#")]
    return {name: (python, below) for name, python, below in words}


@pytest.fixture(scope="module")
def locks(root, layers):
    return {name: lines_of(root / "containers" / "wheels" / f"{name}.txt") for name in layers}


@pytest.fixture(scope="module")
def extras(root):
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return project["optional-dependencies"] | {"": project["dependencies"]}


def lines_of(path):
    lines = path.read_text("utf-8").splitlines()
    return {line for line in lines if not line.startswith("#")}


def versions(lock):
    """Return the version of each distribution, and see that every line has a hash."""
    found = {}
    for line in lock:
        name, version = re.fullmatch(r"([\w.-]+)==(\S+) --hash=sha256:[0-9a-f]{64}", line).groups()
        found[canonicalize_name(name)] = Version(version).public
    return found


def asked(extras, name):
    """Return the requirements of an extra and of those that it names."""
    for line in extras[name]:
        requirement = Requirement(line)
        if requirement.name == "kotogura":
            for extra in requirement.extras:
                yield from asked(extras, extra)
        else:
            yield requirement


def test_a_lock_holds_the_pinned_versions_and_all_that_its_extra_asks_for(root, extras, locks):
    pins = {
        canonicalize_name(line.partition("==")[0]): Version(line.partition("==")[2]).public
        for line in (root / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line and not line.startswith("#")
    }
    remedy = "write it anew: scripts/collect_wheels.py --lock"
    for name, lock in locks.items():
        locked = versions(lock)
        for distribution, version in locked.items():
            assert pins.get(distribution) == version, f"{name}: {distribution}; {remedy} {name}"
        for requirement in [*asked(extras, ""), *asked(extras, name)]:
            version = locked.get(canonicalize_name(requirement.name))
            assert version in requirement.specifier, f"{name}: {requirement}; {remedy} {name}"


def test_a_layer_stands_on_one_before_it_and_has_all_of_its_packages(layers, locks):
    before = set()
    for name, (python, below) in layers.items():
        if below not in BASES:
            assert below in before, name
            assert layers[below][0] == python, name
            assert locks[below] <= locks[name], f"{name} lacks what {below} has"
        before.add(name)


def test_functions_and_containers_stand_on_layers_that_are_built(root, template, layers):
    for name in template.functions:
        assert template.resources[name]["Metadata"]["DockerBuildArgs"]["EXTRAS"] in layers
    for path in (root / "containers").glob("*/Dockerfile"):
        [layer] = re.findall(r"^FROM kotogura-packages:(\w+)$", path.read_text("utf-8"), re.M)
        assert layers[layer][1] in BASES | set(layers)
