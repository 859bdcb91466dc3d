"""Random and hostile Unicode through indexing and search; every text is decided by a seed."""
