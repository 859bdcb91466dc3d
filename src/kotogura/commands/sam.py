"""The command `kotogura sam`: the SAM command line's containers on the running local stack."""

from pathlib import Path

import click

from kotogura.commands.session import Session
from kotogura.local.folders import StateFolder
from kotogura.local.running import RunningStack
from kotogura.local.sam.command import run_sam

_ROOT = Path(__file__).resolve().parents[3]


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="Run `sam local` on the running stack.",
)
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def sam(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Run `sam local` with ARGUMENTS on the images of `make images`.

    Such as `kotogura sam invoke SearchFunction --event events/search-words.json`, or
    `kotogura sam start-api`.
    """
    session: Session = context.obj
    running = RunningStack.find(session.state)
    context.exit(run_sam(_ROOT, running, StateFolder(session.state), arguments))
