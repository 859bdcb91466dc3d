"""The tree of errors: what its docstring draws is what Python has."""

import inspect
import re
from itertools import pairwise

import pytest

from kotogura import errors
from kotogura.errors import Kind, KotoguraError

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, KotoguraError)
}
BRANCH = re.compile(r"^(?P<indent>[│ ]*)[├└]── (?P<name>\w+)(?: +(?P<note>.+))?$")
KINDS = sorted((kind.value for kind in Kind), key=len, reverse=True)


def drawn_branches():
    """Yield (class, parent, note) for each branch of the docstring's tree."""
    path = ["KotoguraError"]
    for line in inspect.getdoc(errors).splitlines():
        if found := BRANCH.match(line):
            depth = len(found["indent"]) // 4 + 1
            path = [*path[:depth], found["name"]]
            yield found["name"], path[-2], found["note"] or ""


DRAWN = {name: (parent, note) for name, parent, note in drawn_branches()}


def tells_kind(name):
    return DRAWN[name][1].startswith(tuple(KINDS))


def kebab(name):
    return "-".join(re.findall("[A-Z][a-z]*", name)).lower()


def test_the_tree_that_is_drawn_is_the_tree_that_exists():
    real = {
        name: cls.__base__.__name__ for name, cls in CLASSES.items() if cls is not KotoguraError
    }
    assert {name: parent for name, (parent, _) in DRAWN.items()} == real


def test_no_class_is_drawn_twice():
    names = [name for name, _, _ in drawn_branches()]
    assert len(names) == len(set(names))


def test_the_classes_stand_in_the_order_of_the_drawing():
    lines = [inspect.getsourcelines(CLASSES[name])[1] for name in DRAWN]
    assert all(above < below for above, below in pairwise(lines))


@pytest.mark.parametrize(
    "name", [name for name in DRAWN if DRAWN[name][1].startswith(tuple(KINDS))]
)
def test_a_kind_that_the_drawing_names_is_the_classs_own(name):
    _, note = DRAWN[name]
    drawn = next(kind for kind in KINDS if note.startswith(kind))
    assert CLASSES[name].kind == drawn


@pytest.mark.parametrize("name", [name for name in DRAWN if DRAWN[name][0] == "KotoguraError"])
def test_every_branch_of_the_trunk_says_its_kind_unless_it_has_several(name):
    assert tells_kind(name) or name == "DocumentError"


@pytest.mark.parametrize("name", CLASSES)
def test_a_code_is_the_classs_name_in_kebab_case(name):
    assert CLASSES[name].code == ("internal" if name == "KotoguraError" else kebab(name))


def test_no_two_classes_share_a_code_but_the_trunk_and_internal():
    codes = [cls.code for name, cls in CLASSES.items() if name != "KotoguraError"]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_has_a_kind_of_the_list(name):
    assert CLASSES[name].kind in set(Kind)


def test_no_other_public_name_is_in_the_module():
    public = {name for name in vars(errors) if not name.startswith("_")}
    assert public == {*CLASSES, "Kind", "StrEnum"}


@pytest.mark.parametrize("name", CLASSES)
def test_an_errors_detail_is_its_message_and_else_its_code(name):
    assert CLASSES[name]("save the file as UTF-8").detail == "save the file as UTF-8"
    assert CLASSES[name]().detail == CLASSES[name].code or name in {"IndexLost", "ModelLost"}
    assert len(CLASSES[name]().detail) >= len(CLASSES[name].code)


def test_the_documents_own_faults_are_what_the_workflow_quarantines():
    faults = {cls.__name__ for cls in errors.DocumentError.__subclasses__()}
    assert faults == {
        "BrokenDocument",
        "DocumentBomb",
        "DocumentTooLarge",
        "DocumentTooSlow",
        "EncryptedDocument",
        "InvalidMetadata",
        "QuotaReached",
        "EmptyDocument",
        "InvalidDocumentName",
        "UnanalyzableText",
        "UndecodableText",
        "UnsupportedDocument",
    }
