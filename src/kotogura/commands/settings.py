"""`kotogura dictionary` and `kotogura synonyms`: the texts that a tenant writes as settings."""

from collections.abc import Callable
from typing import Any, BinaryIO

import click

from kotogura.commands.api import Api
from kotogura.commands.arguments import TENANT
from kotogura.commands.session import Session
from kotogura.errors import InvalidArgument, InvalidDictionary, InvalidSynonyms
from kotogura.tenants.identity import TenantId

Put = Callable[[Api, str], dict[str, Any]]


def _settings(
    name: str, title: str, counted: tuple[str, str], put: Put, invalid: type[InvalidArgument]
) -> click.Group:
    """Return the commands about one of the texts, which the API has at `/<name>`."""

    @click.group(name, help=f"Read, write and delete {title}.")
    def group() -> None:
        pass

    def write(session: Session, tenant: TenantId, text: str) -> None:
        answer = put(session.api(session.deployment(), tenant), text)
        session.terminal.line(f"{answer[counted[0]]} {counted[1]} are kept")
        if "next" in answer:
            session.terminal.line(answer["next"])
            session.terminal.line(answer["execution_arn"])
        session.terminal.result(answer)

    @group.command("get", help=f"Print {title} as written.")
    @click.option("--tenant", required=True, type=TENANT)
    @click.pass_obj
    def get(session: Session, tenant: TenantId) -> None:
        answer = session.api(session.deployment(), tenant).call("GET", f"/{name}")
        if not session.terminal.as_json:
            click.echo(answer["text"], nl=not answer["text"].endswith("\n"))
        session.terminal.result(answer)

    @group.command("put", help=f"Write {title} anew from FILE, or standard input for `-`.")
    @click.argument("file", type=click.File("rb"))
    @click.option("--tenant", required=True, type=TENANT)
    @click.pass_obj
    def put_file(session: Session, file: BinaryIO, tenant: TenantId) -> None:
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise invalid("the file is not in UTF-8; save it as UTF-8") from None
        write(session, tenant, text)

    @group.command("delete", help=f"Take {title} away.")
    @click.option("--tenant", required=True, type=TENANT)
    @click.pass_obj
    def delete(session: Session, tenant: TenantId) -> None:
        write(session, tenant, "")

    return group


dictionary = _settings(
    "dictionary",
    "a tenant's user dictionary",
    ("entry_count", "words"),
    lambda api, text: api.call("PUT", "/dictionary", csv=text),
    InvalidDictionary,
)
synonyms = _settings(
    "synonyms",
    "a tenant's synonyms",
    ("rule_count", "rules"),
    lambda api, text: api.call("PUT", "/synonyms", {"text": text}),
    InvalidSynonyms,
)
