"""A local stack with one tenant's documents, whose model the trainer's image trains first."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kotogura.commands.terminal import Terminal
from kotogura.commands.uploads import find_files, upload
from kotogura.local.folders import StateFolder
from kotogura.local.running import RunningStack
from kotogura.local.sam.command import sam_environment
from kotogura.local.stack import LocalStack, StackOptions
from tests.integration.conftest import HOSHINO, MINATO, ROOT, RunningSystem, port
from tests.sam_local.answers import Story
from tests.sam_local.command_line import SamLocal
from tests.sam_local.serving import run_service, start_api
from tests.sam_local.stages import Day
from tests.sam_local.training import Training, train_interrupted

__all__ = ["port"]


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Leave these tests to `make sam-local`, which builds what they run."""
    if os.environ.get("KOTOGURA_SAM_LOCAL") == "1":
        return
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(
                pytest.mark.skip(reason="`make sam-local` builds the images and runs it")
            )


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[RunningSystem]:
    """Start a stack with two tenants, and upload the samples of one."""
    state = tmp_path_factory.mktemp("sam-local") / "state"
    with LocalStack(StackOptions(root=ROOT, state=state, port=port)) as stack:
        running = RunningSystem(stack, state)
        running.accounts.create(MINATO, "港商事株式会社", "minato@example.com", "off")
        running.accounts.create(HOSHINO, "星野電機株式会社", "hoshino@example.com", "off")
        files = find_files([ROOT / "samples" / MINATO])
        report = upload(running.deployment, MINATO, files, Terminal(as_json=True), 240)
        assert not report.quarantined
        yield running


@pytest.fixture(scope="session")
def training(system: RunningSystem, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train in a container that is taken away half-way, and in a second one that goes on."""
    return train_interrupted(system, tmp_path_factory.mktemp("socket"))


@pytest.fixture(scope="session")
def sam(system: RunningSystem, training: Training) -> Iterator[SamLocal]:
    """The SAM command line, once the tenant has a model."""
    running = RunningStack.find(system.state)
    with sam_environment(ROOT, running, StateFolder(system.state)) as environment:
        yield SamLocal(environment)


@pytest.fixture(scope="session")
def story(system: RunningSystem, training: Training) -> Story:
    return Story(system, training)


@pytest.fixture(scope="session")
def day(story: Story, sam: SamLocal) -> Iterator[Day]:
    with ThreadPoolExecutor(2) as pool:
        yield Day(story, sam, pool)


@pytest.fixture(scope="session")
def start_api_url(
    sam: SamLocal, day: Day, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The functions' images behind `sam local start-api`, once they have indexed."""
    day.come_to("reindex-swap")
    with start_api(sam, tmp_path_factory.mktemp("start-api") / "log") as url:
        yield url


@pytest.fixture(scope="session")
def service_url(
    system: RunningSystem, day: Day, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The service's image, once the functions' images have indexed."""
    day.come_to("reindex-swap")
    with run_service(system, tmp_path_factory.mktemp("service")) as service:
        yield service.url


@pytest.fixture(scope="session", params=["start_api", "service"])
def platform(request: pytest.FixtureRequest) -> str:
    """The API's base on each kind of image in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
