"""What a function imports is what its users wait for, so it is a budget that holds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    "KOTOGURA_TABLE": "kotogura-table",
    "KOTOGURA_DOCUMENTS_BUCKET": "kotogura-documents",
    "KOTOGURA_TRAIN_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:train",
    "KOTOGURA_REINDEX_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:reindex",
    "KOTOGURA_COMPACT_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:compact",
    "KOTOGURA_UPKEEP_FUNCTION": "kotogura-upkeep",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "Kotogura",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
LANGUAGE = {"spacy", "ginza", "thinc"}
TRAINING = {"torch", "transformers", "sentence_transformers", "datasets"}
MARKUP = {"bs4", "markdown_it", "charset_normalizer"}
READING = {"duckdb", "pyarrow", "numpy"}
SUDACHI = {"sudachipy"}
MODEL = {"onnxruntime", "tokenizers"}
# Imports a function's module as Lambda does, with every socket closed, and tells what came along.
PROGRAM = """
import json, runpy, socket, sys

def refuse(*_, **__):
    raise OSError("an import must not reach the network")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
runpy.run_path(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} | set(sys.modules))))
"""
ELSEWHERE = {"kotogura.platform.traces"}  # where calls are traced, and in no other deployment
FORBIDDEN = {
    "search/app.py": LANGUAGE | TRAINING | MARKUP,
    "commit/app.py": LANGUAGE | TRAINING | MARKUP | MODEL,
    "compact/app.py": LANGUAGE | TRAINING | MARKUP,
    "upkeep/app.py": LANGUAGE | TRAINING | MARKUP | MODEL,
    "manage/app.py": LANGUAGE | TRAINING | READING | SUDACHI | MODEL,
    "ingest/app.py": LANGUAGE | TRAINING | READING | SUDACHI | MODEL,
    "ingest/quarantine.py": LANGUAGE | TRAINING | READING | SUDACHI | MODEL,
    "claims/app.py": LANGUAGE | TRAINING | MARKUP | READING | SUDACHI | MODEL | {"boto3"},
}


@pytest.mark.parametrize("module", FORBIDDEN)
def test_a_function_imports_no_more_than_its_work_needs(module: str, tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(ROOT / "functions" / module)],
        env={**kept, **ENVIRONMENT, "KOTOGURA_STORE": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    imported = set(json.loads(ran.stdout.splitlines()[-1]))
    assert "kotogura" in imported
    assert imported & (FORBIDDEN[module] | ELSEWHERE) == set()
