"""`kotogura serve`: the API's container without its container."""

import os
import sys
from pathlib import Path

import click

from kotogura.commands.arguments import PORT
from kotogura.commands.session import Session
from kotogura.local.running import RunningStack
from kotogura.local.service import service_command, service_environment

_ROOT = Path(__file__).resolve().parents[3]


@click.command()
@click.option("--port", default=8080, show_default=True, type=PORT, help="Port on the loopback.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1), help="Processes that answer."
)
@click.pass_obj
def serve(session: Session, port: int, workers: int) -> None:
    """Serve the local stack's API from gunicorn, as the container does, until Ctrl-C."""
    running = RunningStack.find(session.state)
    environment = os.environ | service_environment(running, session.state)
    session.terminal.note(f"http://127.0.0.1:{port}, with tokens of `kotogura token`")
    os.execve(sys.executable, service_command(_ROOT, port, workers), environment)  # noqa: S606
