"""Makes what `sam build` built ready for CloudFormation: images and files where it finds them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kotogura.delivery.errors import StackMissing, ToolFailed
from kotogura.delivery.images import Registry
from kotogura.delivery.tools import Tools
from kotogura.local.template import read_template

_BUILT = Path(".aws-sam", "build")
_TRAINER = "kotogura-trainer:latest"


@dataclass(frozen=True, slots=True)
class Foundation:
    """What deployments stand on, as the stack of cicd/foundation.yaml tells it."""

    function_repository_uri: str
    trainer_repository_uri: str
    bucket: str
    role_arn: str

    @classmethod
    def of(cls, outputs: dict[str, str]) -> "Foundation":
        """Return it from a stack's outputs.

        Raises:
            StackMissing: when one is not among them.
        """
        names = ["FunctionRepositoryUri", "TrainerRepositoryUri"]
        names += ["PackageBucketName", "DeployRoleArn"]
        absent = [name for name in names if name not in outputs]
        if absent:
            raise StackMissing(
                f"the foundation's stack has no {', '.join(absent)}: update it with "
                "`kotogura deploy --update-foundation`"
            )
        return cls(*(outputs[name] for name in names))


@dataclass(frozen=True, slots=True)
class Package:
    """A template that CloudFormation takes as it is, and the trainer's image."""

    template: Path
    trainer_image_uri: str


def make_package(
    root: Path,
    foundation: Foundation,
    registry: Registry,
    tools: Tools,
    note: Callable[[str], None],
) -> Package:
    """Push all images and write the packaged template, `.aws-sam/packaged.yaml`.

    Raises:
        ToolFailed: when nothing is built yet, or a tool ends badly.
    """
    built = sorted((root / _BUILT).rglob("template.yaml"))
    if not built:
        raise ToolFailed("nothing is built: run `make images`")
    for path in built:
        template = read_template(path)
        for resource in template["Resources"].values():
            properties = resource.get("Properties") or {}
            image = properties.get("ImageUri")
            if isinstance(image, str) and "/" in image:
                if not image.startswith(foundation.function_repository_uri):
                    raise ToolFailed("it was packaged for another account: run `make images`")
            elif isinstance(image, str):
                name = image.rpartition(":")[2]
                address, pushed = registry.push(image, foundation.function_repository_uri, name)
                note(f"{'pushed' if pushed else 'there already'}: {address}")
                properties["ImageUri"] = address
        path.write_text(json.dumps(template, ensure_ascii=False, indent=1), "utf-8")
    trainer, pushed = registry.push(_TRAINER, foundation.trainer_repository_uri, "trainer")
    note(f"{'pushed' if pushed else 'there already'}: {trainer}")
    packaged = root / ".aws-sam" / "packaged.yaml"
    tools.run(
        ".venv-aws/bin/sam",
        "package",
        *("--template-file", str(root / _BUILT / "template.yaml")),
        *("--image-repository", foundation.function_repository_uri),
        *("--s3-bucket", foundation.bucket),
        *("--output-template-file", str(packaged)),
    )
    return Package(packaged, trainer)
