"""Types of the command line's arguments: what can't be meant is refused before anything is done."""

import re
from typing import Literal

import click

from kotogura.errors import InvalidArgument
from kotogura.index.runs import check_run_id
from kotogura.tenants.identity import TenantId

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
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


class QueryArgument(click.ParamType[str]):
    """Text to be sent: bytes of the command line that are no UTF-8 can't be."""

    name = "text"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the text as it is."""
        text = str(value)
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            self.fail("it is not in UTF-8", param, ctx)
        return text


class AddressArgument(click.ParamType[str]):
    """An e-mail address, roughly: the user pool has the last word, but a tenant is made before."""

    name = "e-mail"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the address as it is."""
        text = str(value)
        if not _ADDRESS.fullmatch(text):
            self.fail("write an e-mail address", param, ctx)
        return text


class NameArgument(click.ParamType[str]):
    """A name for people, which isn't blank."""

    name = "text"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name as it is."""
        text = str(value)
        if not text.strip():
            self.fail("it is blank", param, ctx)
        return text


ADDRESS = AddressArgument()
LIMIT = LimitArgument()
NAME = NameArgument()
PORT = click.IntRange(1, 65535)
QUERY = QueryArgument()
TENANT = TenantArgument()
RUN = RunArgument()
