import subprocess
import sys

import pytest

SEARCH_PATH = ("embedder", "vectors", "passages", "quantization", "model_manifest", "vocabulary")
FORBIDDEN = (
    "torch",
    "sentence_transformers",
    "transformers",
    "onnx",
    "datasets",
    "spacy",
    "pandas",
)


@pytest.mark.parametrize("module", SEARCH_PATH)
def test_a_module_of_the_search_path_imports_no_training_library(module: str):
    program = (
        f"import sys, kotogura.semantics.{module}\n"
        f"print(*[name for name in {FORBIDDEN!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
