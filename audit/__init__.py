"""Looks through the project's own source and its pins for what must never be in them."""
