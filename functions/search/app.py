"""The search API: documents and words, by word and by meaning."""

from kotogura.platform.handlers.search import search_handler

handler = search_handler()
