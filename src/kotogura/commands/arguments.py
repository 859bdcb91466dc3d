"""Types of the command line's arguments: what can't be meant is refused before anything is done."""

import re
from collections.abc import Callable
from typing import Literal

import click

from kotogura.errors import InvalidArgument
from kotogura.index.runs import check_run_id
from kotogura.tenants.identity import TenantId

_LIMIT_DIGITS = 15


class TenantArgument(click.ParamType[TenantId]):
    """A tenant's id."""

    name = "tenant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> TenantId:
        """Return the id, or fail with what is wrong with it."""
        try:
            return TenantId(str(value))
        except InvalidArgument as error:
            self.fail(error.detail, param, ctx)


class RunArgument(click.ParamType[str]):
    """The id of a run of `reindex`."""

    name = "run_id"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the id, or fail with what is wrong with it."""
        try:
            return check_run_id(str(value))
        except InvalidArgument as error:
            self.fail(error.detail, param, ctx)


class LimitArgument(click.ParamType["int | Literal['default']"]):
    """A whole number from 0, or `default`."""

    name = "number|default"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | Literal["default"]:
        """Return the number, or `default`."""
        if value == "default":
            return "default"
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) <= _LIMIT_DIGITS):
            self.fail("write a whole number from 0, or `default`", param, ctx)
        return int(text)


class TextArgument(click.ParamType[str]):
    """Text that is taken as it is if it passes a check, and refused with a remedy if not."""

    def __init__(self, name: str, passes: Callable[[str], object], remedy: str) -> None:
        self.name = name
        self._passes = passes
        self._remedy = remedy

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the text as it is."""
        text = str(value)
        if not self._passes(text):
            self.fail(self._remedy, param, ctx)
        return text


# An e-mail address, roughly: the user pool has the last word, but a tenant is made before.
ADDRESS = TextArgument(
    "e-mail", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch, "write an e-mail address"
)
LIMIT = LimitArgument()
NAME = TextArgument("text", str.strip, "it is blank")
PORT = click.IntRange(1, 65535)
# Text to be sent: bytes of the command line that are no UTF-8 can't be.
QUERY = TextArgument("text", re.compile("[^\ud800-\udfff]*").fullmatch, "it is not in UTF-8")
TENANT = TenantArgument()
RUN = RunArgument()
