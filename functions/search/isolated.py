"""Before the search API, where Lambda keeps tenants apart."""

from kotogura.platform.handlers.isolated_search import isolated_search_handler

handler = isolated_search_handler()
