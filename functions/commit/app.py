"""The ingest workflow's last step: staged changes become the next generation."""

from kotogura.platform.handlers.commit import commit_handler

handler = commit_handler()
