"""Unit tests reach no network: whatever opens a socket fails."""

import pytest


@pytest.fixture(autouse=True)
def _no_sockets(socket_disabled: None) -> None:
    """Close sockets for each test below this folder."""
