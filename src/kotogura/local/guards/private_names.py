"""The only way a guard takes hold of a private name of MiniStack: loudly."""

from collections.abc import MutableMapping
from importlib.metadata import version
from types import ModuleType
from typing import Any

from ministack.services.cloudformation import provisioners

MINISTACK_VERSION = "1.5.33"


class GuardOutdated(RuntimeError):
    """MiniStack is another release than the guards know, or lacks a name they replace."""


def require_pinned_version() -> None:
    """Refuse any other release than the one the guards were written for.

    Raises:
        GuardOutdated: naming both releases; installing the pinned one helps.
    """
    installed = version("ministack")
    if installed != MINISTACK_VERSION:
        raise GuardOutdated(
            f"the guards are written for ministack=={MINISTACK_VERSION}, but {installed} is "
            "installed: run `make setup`, or revise kotogura.local.guards for the new release"
        )


def private(module: ModuleType, name: str) -> Any:
    """Return `module.name`, which a guard is about to wrap.

    Raises:
        GuardOutdated: when the name is gone; the guard must be revised for this release.
    """
    try:
        return getattr(module, name)
    except AttributeError:
        raise GuardOutdated(
            f"{module.__name__}.{name} is gone in ministack {version('ministack')}: "
            f"the guard that replaces it was written for {MINISTACK_VERSION} and must be revised"
        ) from None


def replace(module: ModuleType, name: str, replacement: Any) -> None:
    """Put `replacement` in the place of `module.name`, which must exist.

    Raises:
        GuardOutdated: when the name is gone; the guard must be revised for this release.
    """
    private(module, name)
    setattr(module, name, replacement)


def resource_handler(resource_type: str) -> MutableMapping[str, Any]:
    """Return CloudFormation's `create`, `update` and `delete` of a resource type, to be changed.

    Raises:
        GuardOutdated: when MiniStack no longer keeps one; the guard must be revised for this
            release.
    """
    handlers: dict[str, MutableMapping[str, Any]] = private(provisioners, "_RESOURCE_HANDLERS")
    try:
        return handlers[resource_type]
    except KeyError:
        raise GuardOutdated(
            f"ministack {version('ministack')} has no handler of {resource_type}: the guard that "
            f"extends it was written for {MINISTACK_VERSION} and must be revised"
        ) from None
