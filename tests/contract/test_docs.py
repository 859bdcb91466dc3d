"""The documentation tells the facts: what exists is described, and what is described exists."""

import ast
import re
import unicodedata
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

import kotogura.errors

ROOT = Path(__file__).parents[2]
MARKDOWN = sorted(
    path for pattern in ("*.md", "docs/**/*.md", "samples/*.md") for path in ROOT.glob(pattern)
)
ROOMS = (
    "errors|tenants|documents|analysis|index|semantics|search|platform|local|commands|delivery|"
    "leaving"
)
GLOSSARY = (
    "tenant, document, document version, analyzer, term, posting, document frequency, segment, "
    "manifest, generation, commit, merge, tombstone, passage, embedding, model digest, hit, score, "
    "rank fusion"
)


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def in_backticks(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", without_fences(text)))


def anchors(text: str) -> set[str]:
    """The ids of a page's headings: lower case, blanks to hyphens, punctuation dropped."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", without_fences(text), re.MULTILINE):
        kept = (
            character
            for character in heading.strip().lower()
            if character in " -_" or unicodedata.category(character)[0] in "LNM"
        )
        found.add("".join(kept).replace(" ", "-"))
    return found


def links() -> list[tuple[str, str]]:
    return [
        (relative(page), target)
        for page in MARKDOWN
        for target in re.findall(r"\]\(([^)\s]+)\)", without_fences(page.read_text("utf-8")))
        if "://" not in target
    ]


def subclasses(error: type[Exception]) -> list[type[Exception]]:
    direct = error.__subclasses__()
    return [error, *(below for one in direct for below in subclasses(one))]


def error_classes() -> list[type[kotogura.errors.KotoguraError]]:
    found = subclasses(kotogura.errors.KotoguraError)
    return [error for error in found if error.__module__ == "kotogura.errors"]


def commands(command: click.Command, name: str) -> dict[str, click.Command]:
    """The commands that do something, by what a person types."""
    if not isinstance(command, click.Group):
        return {name: command}
    found: dict[str, click.Command] = {}
    for inner_name, inner in command.commands.items():
        found |= commands(inner, f"{name} {inner_name}")
    return found


def is_defined(parts: list[str]) -> bool:
    """Whether a dotted name below `kotogura` is a package, a module or a thing in one."""
    for length in range(len(parts), 0, -1):
        module = ROOT.joinpath("src", "kotogura", *parts[:length])
        if length == len(parts) and module.is_dir():
            return True
        source = module.with_suffix(".py")
        if source.is_file():
            return _holds(ast.parse(source.read_text("utf-8")).body, parts[length:])
    return False


def _holds(body: list[ast.stmt], names: list[str]) -> bool:
    if not names:
        return True
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == names[0]:
            return _holds(node.body, names[1:])
        if len(names) == 1 and isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and one.id == names[0] for one in targets):
                return True
    return False


def test_every_setting_is_described():
    from kotogura.platform.settings import Settings  # noqa: PLC0415

    names = {str(field.alias) for field in Settings.model_fields.values()}
    for source in (ROOT / "src").rglob("*.py"):
        names |= set(re.findall(r'"(KOTOGURA_[A-Z_]*[A-Z])"', source.read_text("utf-8")))
    described = in_backticks(read("docs/guide.md"))
    assert names <= described, names - described
    told = {word for word in described if re.fullmatch(r"KOTOGURA_\w+", word)}
    assert told <= names, f"there is no such setting: {told - names}"


def test_every_metric_is_described_as_it_is():
    from kotogura.platform.metrics import METRICS  # noqa: PLC0415

    table = read("docs/metrics.md").partition("## What AWS counts")[0]
    rows = [line.strip("| ").split("|") for line in table.splitlines() if line.startswith("| `")]
    told = {
        (name.strip(" `"), unit.strip(), *(frozenset(in_backticks(cell)) for cell in cells[:3]))
        for name, unit, *cells in rows
    }
    assert told == {
        (one.name, one.unit.value, *map(frozenset, (one.services, one.dimensions, one.fields)))
        for one in METRICS
    }
    assert len(rows) == len(METRICS)


def test_every_metric_is_emitted_and_no_other():
    from kotogura.platform import metrics  # noqa: PLC0415

    sources = [path for path in (ROOT / "src").rglob("*.py") if path.stem != "metrics"]
    text = "".join(path.read_text("utf-8") for path in sources)
    emitted = set(re.findall(r"\.add\(\s*([A-Z_]{4,})\b", text))
    known = {name for name, one in vars(metrics).items() if isinstance(one, metrics.Metric)}
    assert emitted == known
    assert len(known) == len(metrics.METRICS)
    assert "add_metric(" not in text.replace("self._metrics.add_metric(metric.name", "")


def test_every_parameter_of_the_template_is_described(template):
    described = in_backticks(read("docs/guide.md"))
    assert set(template.body["Parameters"]) <= described


def test_every_route_has_its_own_heading_and_no_other_route_has(template):
    headings = set(re.findall(r"^### ([A-Z]+ /.*)$", read("docs/guide.md"), re.MULTILINE))
    assert headings == set(template.routes)


def test_every_field_of_every_answer_is_described():
    from kotogura.platform import (  # noqa: PLC0415
        document_routes,
        execution_routes,
        manage_api,
        upload_routes,
    )
    from kotogura.search import answers, snippets  # noqa: PLC0415
    from kotogura.semantics.trainings import TrainingRecord  # noqa: PLC0415

    models = {TrainingRecord, snippets.Snippet}
    for module in (manage_api, document_routes, upload_routes, execution_routes, answers):
        models |= {
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, BaseModel)
            and value.__module__ == module.__name__
        }
    described = in_backticks(read("docs/guide.md"))
    for model in models:
        assert set(model.model_fields) <= described, model.__name__


def test_every_error_code_is_described_with_its_status():
    from kotogura.platform.problems import problem  # noqa: PLC0415

    rows = re.findall(r"^\| (\d{3}) \|(.*)$", read("docs/guide.md"), re.MULTILINE)
    told = {code: int(status) for status, row in rows for code in re.findall(r"`([a-z-]+)`", row)}
    for error in error_classes():
        if error is kotogura.errors.InvalidEvent:  # never the answer to a request
            assert "`invalid-event`" in read("docs/guide.md")
            continue
        assert told[error.code] == problem(error()).status_code, error.code


def test_every_fault_of_a_document_has_a_remedy():
    section = read("docs/guide.md").partition("### Quarantine reasons")[2].partition("\n## ")[0]
    for error in kotogura.errors.DocumentError.__subclasses__():
        assert f"| `{error.code}` | `{error.__name__}` |" in section


def test_every_state_of_a_document_and_of_a_training_is_described():
    from kotogura.documents.ledger import DocumentState  # noqa: PLC0415
    from kotogura.semantics.trainings import TrainingState  # noqa: PLC0415

    for heading, states in (("Document states", DocumentState), ("Training states", TrainingState)):
        section = read("docs/guide.md").partition(f"## {heading}\n")[2].partition("\n## ")[0]
        for state in states:
            assert f"| `{state.value}` |" in section, f"{heading}: {state}"


def test_every_command_and_its_options_are_described():
    from kotogura.commands.main import cli  # noqa: PLC0415

    section = read("docs/guide.md").partition("## Command line\n")[2].partition("\n## ")[0]
    found = commands(cli, "kotogura")
    headings = set(re.findall(r"^### (kotogura .*)$", section, re.MULTILINE))
    assert headings == set(found)
    for name, command in found.items():
        assert f"`{name}" in section, name
        for parameter in command.params:
            for option in parameter.opts:
                assert option in section or not option.startswith("-"), f"{name} {option}"


def test_every_make_target_is_described():
    targets = set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.MULTILINE))
    assert targets
    assert {f"make {target}" for target in targets} <= in_backticks(read("CONTRIBUTING.md"))
    pages = "\n".join(page.read_text("utf-8") for page in MARKDOWN)
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", pages, re.MULTILINE))
    assert named <= targets, f"there is no such target: {named - targets}"


def test_every_guard_is_described():
    guards = {path.stem for path in ROOT.glob("src/kotogura/local/guards/*.py")} - {"__init__"}
    table = set(re.findall(r"^\| `(\w+)` \|", read("docs/local-stack.md"), re.MULTILINE))
    assert guards == {name for name in table if name in guards}, guards - table


def test_the_architecture_names_every_state_of_every_workflow(machine):
    words = set(re.findall(r"\w+", read("docs/architecture.md")))
    assert set(machine.states()) <= words, f"{machine.name}: {set(machine.states()) - words}"


def test_the_architecture_names_every_function(template):
    described = in_backticks(read("docs/architecture.md"))
    assert set(template.functions) <= described


@pytest.mark.parametrize("page", MARKDOWN, ids=relative)
def test_every_name_of_the_code_that_a_page_tells_exists(page):
    for name in in_backticks(page.read_text("utf-8")):
        if re.fullmatch(rf"(kotogura\.)?({ROOMS})(\.\w+)+", name) and not name.endswith(".py"):
            parts = name.removeprefix("kotogura.").split(".")
            assert is_defined(parts), f"there is no {name}"


def test_a_name_that_does_not_exist_is_noticed():
    assert is_defined(["index", "commit", "Committer", "commit"])
    assert not is_defined(["index", "commit", "Committer", "roll_back"])
    assert not is_defined(["index", "undo"])


@pytest.mark.parametrize("page", MARKDOWN, ids=relative)
def test_every_path_of_the_repository_that_a_page_tells_exists(page):
    folders = "src|docs|tests|functions|statemachines|containers|samples|events|\\.ci"
    for name in in_backticks(page.read_text("utf-8")):
        if re.fullmatch(rf"({folders})/[\w./*-]*", name):
            assert list(ROOT.glob(name.rstrip("/"))), f"there is no {name}"


@pytest.mark.parametrize("word", GLOSSARY.split(", "))
def test_the_glossary_has(word):
    assert f"| **{word}** |" in read("docs/glossary.md")


def test_no_word_stands_twice_in_the_glossary():
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", read("docs/glossary.md"), re.MULTILINE)
    assert len(words) == len(set(words))


@pytest.mark.parametrize(("page", "target"), links())
def test_every_link_leads_somewhere(page, target):
    path, _, anchor = target.partition("#")
    found = (ROOT / page).parent / path if path else ROOT / page
    assert found.exists(), f"{page} links to {target}"
    if anchor:
        assert anchor in anchors(found.read_text("utf-8")), f"{page} links to {target}"


def test_the_japanese_readme_has_the_same_commands_and_links():
    for pattern in (r"^```sh\n(.*?)^```$", r"\]\((?!README)([^)\s]+)\)"):
        english, japanese = (
            re.findall(pattern, read(name), re.MULTILINE | re.DOTALL)
            for name in ("README.md", "README.ja.md")
        )
        assert english == japanese


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/adr/*.md")), ids=relative)
def test_a_decision_tells_its_context_alternatives_and_consequences(page):
    text = page.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Alternatives",
        "Consequences",
    ]
    assert len(text.splitlines()) < 60
    assert text.startswith(f"# {int(page.name[:4])}. ")


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(page.name[:4]) for page in ROOT.glob("docs/adr/*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
