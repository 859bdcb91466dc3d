"""`kotogura analyze`: how a sentence is cut into words, for people who write a dictionary."""

from typing import BinaryIO

import click

from kotogura.commands.arguments import QUERY, TENANT
from kotogura.commands.session import Session
from kotogura.errors import InvalidDictionary
from kotogura.tenants.identity import TenantId


@click.command()
@click.argument("text", type=QUERY)
@click.option("--tenant", required=True, type=TENANT)
@click.option("--dictionary", type=click.File("rb"), help="Try this CSV in place of the tenant's.")
@click.pass_obj
def analyze(session: Session, text: str, tenant: TenantId, dictionary: BinaryIO | None) -> None:
    """Show how TEXT is cut into words, and by which terms each is found."""
    body = {"text": text}
    if dictionary is not None:
        try:
            body["dictionary"] = dictionary.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidDictionary("the file is not in UTF-8; save it as UTF-8") from None
    answer = session.api(session.deployment(), tenant).call("POST", "/analyze", body)
    session.terminal.rows(
        ["word", "normalized", "reading", "part of speech", "found by"],
        [
            [
                one["surface"],
                one["normalized"],
                one["reading"],
                one["part_of_speech"],
                " ".join(one["terms"]),
            ]
            for one in answer["words"]
        ],
    )
    session.terminal.result(answer)
