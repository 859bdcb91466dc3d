"""What `sam build` and `sam package` do to a template, as far as a laptop needs it.

Image functions get the reference of an image (`kotogura.local.images`); state machines' definition
files and nested templates go to a bucket. Nothing else of the template is touched.
"""

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from kotogura.local.images import LocalImage
from kotogura.local.template import read_template


@dataclass(frozen=True, slots=True)
class PackagedTemplate:
    """A template ready for CloudFormation, and by key the files that its bucket must hold."""

    body: str
    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256 of all of it: equal digests deploy equal stacks."""
        content = hashlib.sha256(self.body.encode())
        for key in sorted(self.files):
            content.update(key.encode() + b"\0" + self.files[key])
        return content.hexdigest()


def package(template_path: Path, bucket: str) -> PackagedTemplate:
    """Return the template for deployment with `bucket` for its files.

    Raises:
        FileNotFoundError: when a definition file or a nested template that the template names isn't
            there.
        ValueError: when a file isn't a template, or an image function doesn't say what it is
            built from.
    """
    template = copy.deepcopy(read_template(template_path))
    files: dict[str, bytes] = {}
    for logical_id, resource in template["Resources"].items():
        properties = resource.get("Properties") or {}
        if resource["Type"] == "AWS::Serverless::Function" and _is_image(template, properties):
            properties["ImageUri"] = _image(logical_id, resource).reference
        if isinstance(uri := properties.get("DefinitionUri"), str):
            content = (template_path.parent / uri).read_bytes()
            key = f"{PurePosixPath(uri).stem}-{hashlib.sha256(content).hexdigest()[:16]}.json"
            files[key] = content
            properties["DefinitionUri"] = {"Bucket": bucket, "Key": key}
        if resource["Type"] == "AWS::CloudFormation::Stack":
            nested = package(template_path.parent / properties["TemplateURL"], bucket)
            key = f"{logical_id}-{nested.digest[:16]}.json"
            files.update(nested.files, **{key: nested.body.encode()})
            properties["TemplateURL"] = f"https://s3.amazonaws.com/{bucket}/{key}"
    return PackagedTemplate(json.dumps(template, ensure_ascii=False, indent=1), files)


def _is_image(template: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    shared = ((template.get("Globals") or {}).get("Function")) or {}
    return bool(properties.get("PackageType", shared.get("PackageType")) == "Image")


def _image(logical_id: str, resource: Mapping[str, Any]) -> LocalImage:
    arguments = (resource.get("Metadata") or {}).get("DockerBuildArgs") or {}
    folder = arguments.get("FOLDER")
    if not folder:
        raise ValueError(f"{logical_id}: an image function needs DockerBuildArgs.FOLDER")
    return LocalImage(str(PurePosixPath(folder)), logical_id)
