"""The query language: what people type, as a tree of what it asks for."""
