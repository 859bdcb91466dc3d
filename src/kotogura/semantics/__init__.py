"""Meaning: the base model, passages, embeddings, and a model that learns a tenant's language.

The search path imports `embedder`, `vectors`, `passages` and what these need: numpy, onnxruntime,
tokenizers and pyarrow. Torch and sentence-transformers are imported by the training modules alone.
"""
