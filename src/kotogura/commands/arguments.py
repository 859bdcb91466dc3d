"""Types of the command line's arguments: what can't be meant is refused before anything is done."""

import click

from kotogura.errors import InvalidArgument
from kotogura.index.runs import check_run_id
from kotogura.tenants.identity import TenantId


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


TENANT = TenantArgument()
RUN = RunArgument()
