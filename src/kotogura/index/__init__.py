"""The inverted index: immutable segments, manifests, commits, and reading one generation."""
