"""Pushes built images into repositories whose tags never change.

A tag is an image's name and twelve digits of its own digest. ECR refuses a tag that is there
already even for the very same image, so it is asked first; what is there is not pushed again.
"""

import base64
from typing import Any

from botocore.exceptions import ClientError

from kotogura.delivery.account import Account
from kotogura.delivery.tools import Tools


class Registry:
    """The account's registry of images; it is signed in to when something is pushed."""

    def __init__(self, account: Account, tools: Tools) -> None:
        self._ecr: Any = account.client("ecr")
        self._tools = tools
        self._signed_in = False
        self._places: dict[tuple[str, str], str] = {}

    def push(self, image: str, repository_uri: str, name: str) -> tuple[str, bool]:
        """Bring a local image into a repository.

        Returns:
            its address there, and whether it had to be pushed.

        Raises:
            ToolFailed: when Docker doesn't know the image, or the push breaks off; repeating helps.
        """
        digest = self._tools.answer("docker", "image", "inspect", "--format", "{{.Id}}", image)
        if (repository_uri, digest) in self._places:
            return self._places[repository_uri, digest], False
        tag = f"{name}-{digest.removeprefix('sha256:')[:12]}"
        address = f"{repository_uri}:{tag}"
        self._places[repository_uri, digest] = address
        if self._has(repository_uri.partition("/")[2], tag):
            return address, False
        self._sign_in(repository_uri.partition("/")[0])
        self._tools.run("docker", "tag", image, address)
        self._tools.run("docker", "push", "--quiet", address)
        return address, True

    def _has(self, repository: str, tag: str) -> bool:
        try:
            self._ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ImageNotFoundException":
                return False
            raise
        return True

    def _sign_in(self, registry: str) -> None:
        if self._signed_in:
            return
        [answer] = self._ecr.get_authorization_token()["authorizationData"]
        user, _, password = base64.b64decode(answer["authorizationToken"]).decode().partition(":")
        self._tools.run(
            "docker", "login", "--username", user, "--password-stdin", registry, given=password
        )
        self._signed_in = True
