"""Every function can be imported with what its image installs, and nothing else."""

import os
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

# What each distribution is imported as, for those that some image does without.
MODULES = {
    "aws-lambda-powertools": "aws_lambda_powertools",
    "beautifulsoup4": "bs4",
    "boto3": "boto3",
    "duckdb": "duckdb",
    "ginza": "ginza",
    "markdown-it-py": "markdown_it",
    "openpyxl": "openpyxl",
    "pypdfium2": "pypdfium2",
    "python-docx": "docx",
    "python-pptx": "pptx",
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "pyarrow": "pyarrow",
    "sentence-transformers": "sentence_transformers",
    "sudachipy": "sudachipy",
    "tokenizers": "tokenizers",
    "torch": "torch",
}
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "KOTOGURA_DOCUMENTS_BUCKET": "bucket",
    "KOTOGURA_STORE": "store",
    "KOTOGURA_TABLE": "table",
    "KOTOGURA_INGEST_WORKFLOW_ARN": "arn:aws:states:us-east-1:111122223333:stateMachine:ingest",
    "KOTOGURA_TRAIN_WORKFLOW_ARN": "arn:aws:states:us-east-1:111122223333:stateMachine:train",
    "KOTOGURA_REINDEX_WORKFLOW_ARN": "arn:aws:states:us-east-1:111122223333:stateMachine:reindex",
    "KOTOGURA_COMPACT_WORKFLOW_ARN": "arn:aws:states:us-east-1:111122223333:stateMachine:compact",
    "KOTOGURA_UPKEEP_FUNCTION": "kotogura-upkeep",
    "KOTOGURA_FUNCTION_LOGS": "/kotogura/contract/functions",
    "POWERTOOLS_METRICS_NAMESPACE": "Kotogura",
    "POWERTOOLS_SERVICE_NAME": "contract",
}
PROGRAM = """
import sys
for name in {missing!r}:
    sys.modules[name] = None
sys.path.insert(0, {folder!r})
import {module}
assert callable({module}.{function})
"""


@pytest.fixture(scope="module")
def extras(root):
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return project["optional-dependencies"] | {"": project["dependencies"]}


def distributions(extras, names):
    """Return every distribution that the extras `names` ask for, by way of each other too."""
    found = set()
    for name in ["", *names]:
        for line in extras[name]:
            requirement = Requirement(line)
            if requirement.name == "kotogura":
                found |= distributions(extras, requirement.extras)
            else:
                found.add(requirement.name)
    return found


def test_every_function_is_importable_from_its_image(template, root, extras):
    broken = {}
    for name, function in template.functions.items():
        arguments = template.resources[name]["Metadata"]["DockerBuildArgs"]
        installed = distributions(extras, arguments["EXTRAS"].split(","))
        # spaCy brings numpy's users with it, and torch is used by it only where it is installed.
        missing = sorted(
            module
            for distribution, module in MODULES.items()
            if distribution not in installed and not (module == "numpy" and "ginza" in installed)
        )
        module, handler = function["ImageConfig"]["Command"][0].split(".")
        program = PROGRAM.format(
            missing=missing,
            folder=str(root / arguments["FOLDER"]),
            module=module,
            function=handler,
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            broken[name] = done.stderr.strip().splitlines()[-1]
    assert not broken
