"""The API that images serve answers a search for whoever has a token."""

import json
import urllib.parse
from typing import Any

import pytest
import urllib3

from tests.integration.conftest import MINATO, RunningSystem
from tests.sam_local.answers import NAME

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

SEARCH = "/search?q=" + urllib.parse.quote("出張 宿泊")


@pytest.mark.parametrize("mode", ["words", "meaning", "both"])
def test_a_search_with_a_token_finds_the_tenants_document(
    mode: str, platform: str, system: RunningSystem
) -> None:
    status, answer = _get(f"{platform}{SEARCH}&mode={mode}", system.accounts.token(MINATO))
    assert (status, answer.get("mode")) == (200, mode), answer
    assert NAME in [hit["name"] for hit in answer["hits"]]


def test_a_search_without_a_token_or_with_a_forged_one_is_refused(
    platform: str, system: RunningSystem
) -> None:
    head, payload, _ = system.accounts.token(MINATO).split(".")
    assert _get(platform + SEARCH, None)[0] == 401
    assert _get(platform + SEARCH, f"{head}.{payload}.forged")[0] == 401


def _get(url: str, token: str | None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = urllib3.request("GET", url, headers=headers, retries=False, timeout=60)
    return answer.status, json.loads(answer.data)
