"""Answering: by word, by meaning, by both; similar documents, passages and words."""
