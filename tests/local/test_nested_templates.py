"""What SAM makes of the templates of nested stacks."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kotogura.local.packaging import package

ROOT = Path(__file__).parents[2]
TRANSFORM = """
import json, os
from types import SimpleNamespace
from samtranslator.translator.transform import transform
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
template = json.load(open({path!r}, encoding="utf-8"))
values = {{name: f"value-of-{{name}}" for name in template["Parameters"]}}
print(json.dumps(transform(template, values, SimpleNamespace(load=dict))))
"""


@pytest.mark.parametrize("name", ["Ingest", "Reindex", "Upkeep", "Training"])
def test_sam_leaves_references_to_parameters_as_they_are(
    name: str,
    tmp_path: Path,
    in_ministack: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    """A change set that shows nested stacks is made before their parameters' values are known."""
    files = package(ROOT / "template.yaml", "packages").files
    [part] = [content for key, content in files.items() if key.startswith(f"{name}-")]
    assert "AWS::Serverless" in part.decode()
    path = tmp_path / "part.json"
    path.write_bytes(part)
    done = in_ministack(TRANSFORM.format(path=str(path)))
    assert done.returncode == 0, done.stderr
    resources = json.dumps(json.loads(done.stdout.splitlines()[-1])["Resources"])
    assert "AWS::StepFunctions::StateMachine" in resources
    assert '{"Ref": "TableArn"}' in resources
    assert "value-of-" not in resources
