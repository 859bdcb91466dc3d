"""Synonyms and dictionaries: texts of one tenant that the process reads for all."""

from collections.abc import Callable
from typing import Any

from kotogura.errors import InvalidDictionary, KotoguraError
from kotogura.search.synonyms import LOOK_SECONDS
from kotogura.tenants.dictionaries import parse_dictionary
from tests.attacks.attack import ANY, Attack, request
from tests.attacks.world import ATTACKER, VICTIM, World

SYNONYMS = {
    "the victim's word": "kanaria, ryohi",
    "the victim's word, one way": "ryohi => kanaria",
    "a star": "*, kanaria",
    "a field": "busho:zz, title:kanaria",
    "another tenant": "minato-shoji => kanaria",
    "SQL": "x' OR 1=1 --, kanaria",
    "a path": "../../minato-shoji/documents, kanaria",
    "a query": "kanaria OR kyuuka, ryohi",
    "itself": "kyuuka => kyuuka",
    "a circle": "kyuuka => ryohi\nryohi => kyuuka",
    "a chain": "\n".join(f"w{number} => w{number + 1}" for number in range(1000)),
    "an escape": "\\,\\#\\=>\\\\, kanaria",
    "a line end within": "kanaria,\r\x85kyuuka",
    "marks from right to left": "\u202ekanaria, kyuuka",
    "an include": "@include ../minato-shoji/synonyms\n#include kanaria",
    "nothing": "",
    "too many": "\n".join(f"a{number}, b{number}" for number in range(2001)),
    "too long": "a" * 100_001,
    "too wide": ", ".join(f"w{number}" for number in range(21)),
}
DICTIONARIES = {
    "the victim's word": "kanaria,かなりあ",
    "the victim's word for another": "ryohi,1,1,-32768,ryohi,名詞,固有名詞,一般,*,*,*,リョヒ,"
    "kanaria,*,*,*,*,*",
    "a part of the system's": "点検,5146,5146,-32768,点検,名詞,普通名詞,一般,*,*,*,テンケン,点検,"
    "*,C,0/1,*,*",
    "a part that isn't there": "点検,5146,5146,0,点検,名詞,普通名詞,一般,*,*,*,テンケン,点検,"
    "*,C,U99999,*,*",
    "a dictionary form elsewhere": "点検,5146,5146,0,点検,名詞,普通名詞,一般,*,*,*,テンケン,点検,"
    "123456,A,*,*,*",
    "a connection outside": "点検,99999,99999,0,点検,名詞,普通名詞,一般,*,*,*,テンケン,点検,"
    "*,A,*,*,*",
    "a negative connection": "点検,-2,-2,0,点検,名詞,普通名詞,一般,*,*,*,テンケン,点検,*,A,*,*,*",
    "a cost outside": "点検,1,1,99999,点検,名詞,普通名詞,一般,*,*,*,テンケン,点検,*,A,*,*,*",
    "a Unicode escape": "\\u{7a},1,1,0,x,名詞,普通名詞,一般,*,*,*,テン,x,*,A,*,*,*",
    "quotes without an end": '"点検,てんけん',
    "a nought": "点\x00検,てんけん",
    "half a character": "点\ud800検,てんけん",
    "one character": "点,てん",
    "signs alone": "、。,てん",
    "a path": "../../minato-shoji/dictionaries/x.dic,てん",
    "too many": "\n".join(f"語{number}番,ごばん" for number in range(10_001)),
    "too long": f"{'点' * 101},てん",
    "columns without number": "点検" + "," * 5000,
}


def _synonyms(text: str) -> Callable[[World], None]:
    """Return what writes synonyms, waits until they are read, and searches by them."""

    def carry_out(world: World) -> None:
        before = _victims(world)
        seen = world.ask("PUT", "/synonyms", body={"text": text})
        assert seen.status in ANY
        _forget(world)
        for query in ("kanaria", "ryohi", "kyuuka"):
            world.ask("GET", "/search", [("q", query), ("explain", "true")])
        assert _victims(world) == before, "the victim finds by the attacker's synonyms"

    return carry_out


def _victims(world: World) -> list[str]:
    """Return what the victim is answered."""
    return [
        world.ask("GET", "/search", [("q", query), ("mode", "words")], tenant=VICTIM).body
        for query in ("kanaria", "ryohi", "kyuuka")
    ]


def _forget(world: World) -> None:
    """Begin a new process where synonyms are not kept any more."""
    assert LOOK_SECONDS > 0
    world.start()


def _dictionary(text: str) -> Callable[[World], None]:
    """Return what analyses by a dictionary that isn't kept, and keeps one that is right."""

    def carry_out(world: World) -> None:
        body: Any = {"text": "kanaria 点検", "dictionary": text}
        seen = world.ask("POST", "/analyze", body=body)
        assert seen.status in ANY
        assert world.ask("PUT", "/dictionary", body={"text": text}).status in ANY
        try:
            words = len(parse_dictionary(text))
        except InvalidDictionary:
            words = 0
        if 0 < words < 10:
            try:
                world.use_dictionary(ATTACKER, text)
            except KotoguraError:
                return  # refused when it is compiled
            theirs = world.ask("POST", "/analyze", body={"text": "点検"}, tenant=VICTIM).json
            readings = [word["reading"] for word in theirs["words"]]
            assert readings == ["テンケン"], "the victim reads by the attacker's dictionary"
            for query in ("kanaria", "ryohi", "点検"):
                world.ask("GET", "/search", [("q", query)])

    return carry_out


def _same_digest(world: World) -> None:
    """Keep, word for word, a dictionary that the victim may have: the digests are equal."""
    text = world.parts.dictionaries.get(VICTIM).text
    world.use_dictionary(ATTACKER, text)
    assert world.library(ATTACKER).manifest.dictionary == world.library(VICTIM).manifest.dictionary
    own = world.folder / "tenants" / ATTACKER / "dictionaries"
    assert any(own.iterdir()), "the attacker reads by a file of the victim's"
    world.use_dictionary(ATTACKER, "湊式点検票,みなとしきてんけんひょう")


ATTACKS = (
    *(Attack(f"synonyms: {name}", _synonyms(text)) for name, text in SYNONYMS.items()),
    *(Attack(f"dictionary: {name}", _dictionary(text)) for name, text in DICTIONARIES.items()),
    Attack("dictionary: the victim's own", _same_digest),
    request("synonyms of another version", "GET", "/synonyms", "version=0&tenant=$victim",
            answers={200}),
    request("the victim's dictionary", "GET", "/dictionary", "tenant=$victim", answers={200}),
)  # fmt: skip
