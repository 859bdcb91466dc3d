"""The API's contract, on images: those of the functions by `sam local`, and the service's."""

import pytest

from tests.integration.test_api_contract import (
    test_every_answer_is_one_that_the_document_knows,
    test_only_the_documentation_is_open,
    test_the_document_that_is_served_is_the_committed_one,
    token,
)

__all__ = [
    "test_every_answer_is_one_that_the_document_knows",
    "test_only_the_documentation_is_open",
    "test_the_document_that_is_served_is_the_committed_one",
    "token",
]

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def takes_any_bytes(platform: str, start_api_url: str) -> bool:
    """`sam local start-api` reads every body as UTF-8, and answers 502 where that fails."""
    return platform != start_api_url
