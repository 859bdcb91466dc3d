"""One process for all tenants: what it keeps of one request must not reach the next."""

import threading
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

from kotogura.documents.identity import document_id
from kotogura.search.service import SearchService
from tests.attacks.attack import Attack
from tests.attacks.canary import shows
from tests.attacks.world import ATTACKER, VICTIM, Seen, World

_SHARED = document_id("rules/yakusoku.txt")
Asked = tuple[str, str, Sequence[tuple[str, str]], Any]

QUESTIONS: dict[str, Asked] = {
    "words": ("GET", "/search", [("q", "kanaria himitsu"), ("mode", "words")], None),
    "meaning": ("GET", "/search", [("q", "kanaria himitsu"), ("mode", "meaning")], None),
    "both": ("GET", "/search", [("q", "kanaria kyuuka"), ("mode", "both")], None),
    "a phrase": ("GET", "/search", [("q", '"ryohi kyuuka"'), ("mode", "words")], None),
    "a beginning": ("GET", "/search", [("q", "kana*"), ("mode", "words")], None),
    "an explanation": ("GET", "/search", [("q", "kyuuka"), ("explain", "true")], None),
    "a filter": ("GET", "/search", [("filter", "busho:*"), ("facet", "busho")], None),
    "an order": ("GET", "/search", [("filter", "name:*"), ("sort", "-name")], None),
    "facets": ("GET", "/search", [("q", "kyuuka"), ("facet", "tag"), ("facet", "folder")], None),
    "metadata": ("GET", "/search", [("q", "kyuuka"), ("fields", "metadata,section")], None),
    "fields": ("GET", "/fields", [], None),
    "suggestions": ("GET", "/suggest", [("q", "k"), ("limit", "20")], None),
    "suggestions by reading": ("GET", "/suggest", [("q", "かなりあ")], None),
    "did you mean": ("GET", "/search", [("q", "kanarya"), ("mode", "words")], None),
    "a document": ("GET", f"/documents/{_SHARED}", [], None),
    "similar documents": ("GET", f"/documents/{_SHARED}/similar", [], None),
    "an original": ("GET", f"/documents/{_SHARED}/original", [], None),
    "similar words": ("GET", "/words/kyuuka/similar", [("limit", "100")], None),
    "a text": ("POST", "/similar", [], {"text": "kanaria himitsu"}),
    "an analysis": ("POST", "/analyze", [], {"text": "かなりあことば 湊式点検票"}),
    "documents": ("GET", "/documents", [("limit", "100")], None),
    "synonyms": ("GET", "/synonyms", [], None),
    "a dictionary": ("GET", "/dictionary", [], None),
    "executions": ("GET", "/executions", [], None),
    "trainings": ("GET", "/trainings", [], None),
    "use": ("GET", "/usage", [], None),
}


def ask(world: World, question: Asked, **who: Any) -> Seen:
    """Ask a question of the list."""
    method, path, query, body = question
    return world.ask(method, path, query, body, **who)


def _after_the_victim(question: Asked) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        assert ask(world, question, tenant=VICTIM).status == 200
        assert ask(world, question).status == 200

    return carry_out


def _after_a_failure(question: Asked) -> Callable[[World], None]:
    """Return what asks after a request of the victim's that broke on our side, midway."""

    def carry_out(world: World) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise ValueError("could not analyse zqvxbody")

        with mock.patch.object(SearchService, "answer", broken):
            query = [("q", "kanaria"), ("filter", "busho:*")]
            assert world.ask("GET", "/search", query, tenant=VICTIM).status == 500
        assert ask(world, question).status == 200

    return carry_out


def _after_a_refusal(question: Asked) -> Callable[[World], None]:
    """Return what asks after requests of the victim's that were refused."""

    def carry_out(world: World) -> None:
        for query in ("q=(kanaria", "q=kanaria&cursor=x", "sort=a:b:c", "limit=many&q=kanaria"):
            world.ask("GET", "/search", query, tenant=VICTIM)
        assert ask(world, question).status == 200

    return carry_out


def _side_by_side(world: World) -> None:
    """Ask all at once, by many threads; each is answered its own."""
    crossed: list[str] = []

    def work(number: int) -> None:
        tenant = (ATTACKER, VICTIM)[number % 2]
        for question in list(QUESTIONS.values())[number % 3 :: 3]:
            seen = ask(world, question, tenant=tenant)
            if tenant == ATTACKER and shows(seen.text):
                crossed.append(seen.text)

    with world.heard(), mock.patch.object(World, "heard", _silent):
        threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
    assert crossed == []
    assert len(world.answers) >= len(QUESTIONS)


def _silent(_: World) -> Any:
    return mock.MagicMock()


def _one_place_each(world: World) -> None:
    """Keep one generation and one model open at a time: each request closes the other's."""
    with (
        mock.patch.multiple("kotogura.search.opened", OPEN_GENERATION_COUNT=1),
        mock.patch.multiple("kotogura.semantics.serving", OPEN_MODEL_COUNT=1),
        mock.patch.multiple("kotogura.search.synonyms", KEPT_TENANT_COUNT=1),
    ):
        for question in QUESTIONS.values():
            for tenant in (VICTIM, ATTACKER):
                assert ask(world, question, tenant=tenant).status == 200


def _after_a_commit(world: World) -> None:
    """Change the own generation between the victim's questions."""
    for number in range(3):
        ask(world, QUESTIONS["both"], tenant=VICTIM)
        world.put(ATTACKER, "kawaru.txt", f"kanari\nkanari {number}".encode())
        for name in ("both", "words", "suggestions", "documents"):
            assert ask(world, QUESTIONS[name]).status == 200
    world.remove(ATTACKER, "kawaru.txt")
    ask(world, QUESTIONS["fields"])


def _a_cursor_in_between(world: World) -> None:
    """Page on while the victim pages through the same question."""
    query = [("q", "ryohi kyuuka"), ("limit", "1"), ("mode", "words")]
    own = world.ask("GET", "/search", query).json["cursor"]
    world.ask("GET", "/search", query, tenant=VICTIM)
    for _ in range(5):
        if own is None:
            return
        seen = world.ask("GET", "/search", [*query, ("cursor", own)])
        assert seen.status == 200
        own = seen.json["cursor"]


def _keys_of_logs(world: World) -> None:
    """Look for the victim's id in what is logged of the attacker's requests."""
    ask(world, QUESTIONS["both"], tenant=VICTIM)
    world.log.seek(0)
    world.log.truncate()
    for question in QUESTIONS.values():
        ask(world, question)
    assert VICTIM not in world.log.getvalue()


ATTACKS = (
    *(Attack(f"{name} after the victim's", _after_the_victim(one))
      for name, one in QUESTIONS.items()),
    *(Attack(f"{name} after a failure", _after_a_failure(one)) for name, one in QUESTIONS.items()),
    *(Attack(f"{name} after a refusal", _after_a_refusal(one)) for name, one in QUESTIONS.items()),
    Attack("all at once, by threads", _side_by_side),
    Attack("one open generation for both", _one_place_each),
    Attack("generations that change in between", _after_a_commit),
    Attack("pages side by side", _a_cursor_in_between),
    Attack("the victim's id in the attacker's log", _keys_of_logs),
)  # fmt: skip
