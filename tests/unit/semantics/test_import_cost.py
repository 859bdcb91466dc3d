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


def test_a_search_imports_duckdb_no_earlier_than_its_first_statement():
    """By meaning none is asked, and a first hit is 70 ms and 22 MB cheaper."""
    program = "import sys, kotogura.search.service\nprint('duckdb' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"
