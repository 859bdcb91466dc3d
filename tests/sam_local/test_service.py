"""The service's container as its scheduler meets it."""

from pathlib import Path

import pytest

from tests.integration.conftest import RunningSystem, eventually
from tests.sam_local.serving import run_service
from tests.sam_local.stages import Day

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]


def test_it_becomes_healthy_and_ends_when_told(
    system: RunningSystem, day: Day, tmp_path: Path
) -> None:
    with run_service(system, tmp_path) as service:
        eventually(lambda: service.health() == "healthy" or None, "the health check")
        assert service.end() == 0
