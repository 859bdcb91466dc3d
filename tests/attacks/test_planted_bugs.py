"""Each family finds bugs of its kind: planted one by one, where code like ours tends to err."""

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import jwt
import pytest

from kotogura.documents import changes, extraction, identity, lines, word
from kotogura.documents.identity import parse_document_key
from kotogura.index.reader import GenerationReader
from kotogura.platform import executions, http, ledger
from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.folder import FolderFiles
from kotogura.platform.service.tokens import TokenVerifier
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.search import paging
from kotogura.search.cursors import Place, decode_cursor
from kotogura.search.opened import OpenGeneration, OpenGenerations
from kotogura.search.synonyms import SynonymRules
from kotogura.search.words import WordIndex
from kotogura.search.written import WrittenWords
from kotogura.tenants.identity import TenantId
from tests.attacks.attack import mount
from tests.attacks.families import FAMILIES
from tests.attacks.world import VICTIM

Plant = Callable[[pytest.MonkeyPatch], None]


def a_signature_that_nobody_checks(patch: pytest.MonkeyPatch) -> None:
    decode = jwt.decode

    def wrong(token: str, *_: Any, **named: Any) -> Any:
        return decode(token, options={**named["options"], "verify_signature": False})

    patch.setattr(jwt, "decode", wrong)


def an_audience_that_nobody_checks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(TokenVerifier, "_is_for_us", lambda self, claims: True)


def a_tenant_that_a_header_may_name(patch: pytest.MonkeyPatch) -> None:
    claims = http._claims

    def wrong(app: Any) -> dict[str, Any]:
        named = app.current_event.headers.get("x-tenant")
        return claims(app) | ({"tenant": named} if named else {})

    patch.setattr(http, "_claims", wrong)


def a_ledger_without_partitions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "partition", lambda tenant: f"TENANT#{VICTIM}")


def a_cursor_good_for_any_tenant(patch: pytest.MonkeyPatch) -> None:
    def wrong(cursor: str, _: str) -> Place:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return decode_cursor(cursor, parts[0])

    patch.setattr(paging, "decode_cursor", wrong)


def executions_that_are_everybodys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(executions, "_is_about", lambda tenant, described: True)


def a_url_that_does_not_bind_the_length(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: BucketOriginals, tenant: TenantId, name: str, size_bytes: int) -> str:
        told = {"Bucket": self._bucket, "Key": identity.document_key(tenant, name)}
        return self._client.generate_presigned_url("put_object", Params=told)

    patch.setattr(BucketOriginals, "upload_url", wrong)


def names_that_may_lead_up(patch: pytest.MonkeyPatch) -> None:
    for module in (identity, extraction, lines):
        patch.setattr(module, "check_name", lambda name: None)


def keys_that_are_made_alike(patch: pytest.MonkeyPatch) -> None:
    def wrong(key: str) -> tuple[TenantId, str]:
        return parse_document_key(unicodedata.normalize("NFKC", key).casefold())

    patch.setattr(changes, "parse_document_key", wrong)


def a_pattern_made_of_what_is_typed(patch: pytest.MonkeyPatch) -> None:
    beginning = WrittenWords.beginning

    def wrong(self: WrittenWords, typed: str, *rest: Any) -> Any:
        pattern = re.compile(typed)
        return [one for one in beginning(self, typed, *rest) if pattern.match(one.form)]

    patch.setattr(WrittenWords, "beginning", wrong)


def statements_made_of_what_is_typed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GenerationReader, "_dictionary", lambda _: None)  # as of an index of many words
    for name in ("_fetch", "_table"):
        ask = getattr(GenerationReader, name)

        def wrong(
            self: GenerationReader, sql: str, parameters: dict[str, Any], ask: Any = ask
        ) -> Any:
            texts = {key: value for key, value in parameters.items() if isinstance(value, str)}
            for key, value in texts.items():
                sql = sql.replace(f"${key}", f"'{value}'")
            left = {key: value for key, value in parameters.items() if key not in texts}
            return ask(self, sql, left)

        patch.setattr(GenerationReader, name, wrong)


def a_cache_without_tenants(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GenerationReader, "key", lambda self, *parts: parts)


def a_generation_that_is_kept_by_its_number(patch: pytest.MonkeyPatch) -> None:
    current = OpenGenerations.current
    kept: dict[int, OpenGeneration] = {}

    def wrong(self: OpenGenerations, tenant: TenantId) -> OpenGeneration:
        opened = current(self, tenant)
        return kept.setdefault(opened.manifest.generation, opened)

    patch.setattr(OpenGenerations, "current", wrong)


def a_log_that_quotes_what_broke(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(http, "where_raised", lambda error: [repr(error)])


def a_weight_made_of_all_tenants(patch: pytest.MonkeyPatch) -> None:
    impacts = WordIndex._sum

    def wrong(self: WordIndex, words: Sequence[Any]) -> Any:
        folder = self._reader._files.path(self._reader.tenant, "").parent
        return impacts(self, words) * len(list(folder.iterdir()))

    patch.setattr(WordIndex, "_sum", wrong)


def postings_that_another_tenant_has_warmed(patch: pytest.MonkeyPatch) -> None:
    postings = GenerationReader.postings
    asked: set[str] = set()

    def wrong(self: GenerationReader, terms: Sequence[str]) -> Mapping[tuple[str, str], Any]:
        if not asked.issuperset(terms):
            self._files.path(self.tenant, "terms")
        asked.update(terms)
        return postings(self, terms)

    patch.setattr(GenerationReader, "postings", wrong)


def synonyms_that_are_kept_for_all(patch: pytest.MonkeyPatch) -> None:
    of = SynonymRules.of
    first: dict[int, TenantId] = {}

    def wrong(self: SynonymRules, tenant: TenantId, *rest: Any) -> Any:
        return of(self, first.setdefault(id(self), tenant), *rest)

    patch.setattr(SynonymRules, "of", wrong)


def archives_that_nobody_looks_into(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(word, "check_archive", lambda *_: None)


def files_that_may_lie_outside(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: FolderFiles, tenant: TenantId, name: str) -> Path:
        return self._root / "tenants" / tenant / PurePosixPath(name)

    patch.setattr(FolderFiles, "path", wrong)


def a_training_for_everybody(patch: pytest.MonkeyPatch) -> None:
    start = TrainingWorkflow.start

    def wrong(self: TrainingWorkflow, tenant: TenantId) -> Any:
        return [start(self, record.tenant) for record in self._tenants.all()][-1]

    patch.setattr(TrainingWorkflow, "start", wrong)


PLANTS: Sequence[tuple[Plant, str]] = (
    (a_signature_that_nobody_checks, "tokens"),
    (an_audience_that_nobody_checks, "tokens"),
    (a_tenant_that_a_header_may_name, "tokens"),
    (a_ledger_without_partitions, "places"),
    (a_cursor_good_for_any_tenant, "places"),
    (executions_that_are_everybodys, "places"),
    (a_url_that_does_not_bind_the_length, "presigned"),
    (names_that_may_lead_up, "keys"),
    (keys_that_are_made_alike, "keys"),
    (a_pattern_made_of_what_is_typed, "injections"),
    (statements_made_of_what_is_typed, "injections"),
    (a_cache_without_tenants, "reuse"),
    (a_generation_that_is_kept_by_its_number, "reuse"),
    (a_log_that_quotes_what_broke, "reuse"),
    (a_weight_made_of_all_tenants, "side_channels"),
    (postings_that_another_tenant_has_warmed, "side_channels"),
    (synonyms_that_are_kept_for_all, "carriers"),
    (archives_that_nobody_looks_into, "archives"),
    (files_that_may_lie_outside, "workflow_inputs"),
    (a_training_for_everybody, "workflow_inputs"),
)
"""Each bug, and the family that has to find it."""


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize(("plant", "name"), PLANTS, ids=[plant.__name__ for plant, _ in PLANTS])
def test_a_family_finds(
    plant: Plant, name: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = FAMILIES[name]
    world = family.make(scratch / plant.__name__)
    plant(monkeypatch)
    world.start()
    for attack in family.attacks:
        try:
            mount(world, attack)
        except (AssertionError, pytest.fail.Exception):
            return
    pytest.fail(f"none of {len(family.attacks)} attacks told of it")


def test_every_family_has_a_bug_to_find() -> None:
    assert {name for _, name in PLANTS} == FAMILIES.keys()
