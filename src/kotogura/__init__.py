"""Kotogura (言蔵): multi-tenant search for Japanese documents, next to free when idle."""

__version__ = "0.1.0"
