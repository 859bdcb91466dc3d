"""Passages and questions: read from files, or made from the folder of benchmark data."""

import hashlib
import json
import lzma
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

PASSAGE_CHARACTERS = 400
_PIECE = re.compile(r"[^。．!?！？\n]*[。．!?！？\n]+|[^。．!?！？\n]+\Z")
_TITLE_END = " [SEP] "


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed and found: one line of a corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the id of the one passage that answers it."""

    relevant_id: str
    text: str


def read_corpus(path: Path) -> list[Passage]:
    """Return a corpus's passages by id: the order of their ids is every engine's tie-break."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    passages = [Passage(str(row["id"]), row.get("title") or "", row["text"]) for row in rows]
    if len({passage.id for passage in passages}) != len(passages):
        raise ValueError("two passages of the corpus have one id")
    return sorted(passages, key=lambda passage: passage.id)


def read_questions(path: Path) -> list[Question]:
    """Return the questions of lines `relevant_id<TAB>question`, in their order."""
    questions = []
    for line in path.read_text("utf-8").split("\n"):
        relevant_id, tab, text = line.rstrip("\r").partition("\t")
        if tab and text.strip():
            questions.append(Question(relevant_id, text))
    return questions


def cut_passages(text: str, characters: int = PASSAGE_CHARACTERS) -> list[str]:
    """Return `text` in passages of at most `characters`, cut where sentences or lines end.

    A sentence that is longer by itself is cut where the limit falls; blank passages are left out.

    >>> cut_passages("はい。いいえ。たぶん。", characters=8)
    ['はい。いいえ。', 'たぶん。']
    """
    passages: list[str] = []
    current = ""
    for sentence in _PIECE.findall(text):
        if current and len(current) + len(sentence) > characters:
            passages.append(current)
            current = ""
        current += sentence
        while len(current) > characters:
            passages.append(current[:characters])
            current = current[characters:]
    passages.append(current)
    return [passage.strip() for passage in passages if passage.strip()]


def jsquad(path: Path) -> tuple[list[Passage], list[Question]]:
    """Return JSQuAD's passages, their titles split off, and its questions."""
    passages: list[Passage] = []
    questions: list[Question] = []
    for article in json.loads(path.read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            title, _, text = paragraph["context"].partition(_TITLE_END)
            passage = Passage(f"jsquad-{len(passages):05d}", title, text)
            passages.append(passage)
            questions.extend(
                Question(passage.id, " ".join(asked["question"].split()))
                for asked in paragraph["qas"]
            )
    return passages, questions


def debian(path: Path) -> Iterator[Passage]:
    """Yield the Debian documents' passages, each with its document's title."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            document = json.loads(line)
            for part, text in enumerate(cut_passages(document["text"])):
                yield Passage(f"debian-{number:05d}-{part:04d}", document["title"], text)


def write_default(data: Path, folder: Path) -> tuple[Path, Path]:
    """Make the default corpus and questions from `data` below `folder`, once; return both paths.

    Raises:
        FileNotFoundError: when the data is not there.
    """
    sources = [data / "jsquad-valid.json", data / "debian-docs-ja.jsonl.xz"]
    states = [path.stat() for path in sources]
    facts = [PASSAGE_CHARACTERS, *((state.st_size, state.st_mtime_ns) for state in states)]
    folder = folder / f"default-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"
    corpus, queries = folder / "corpus.jsonl", folder / "queries.tsv"
    if corpus.exists() and queries.exists():
        return corpus, queries
    passages, questions = jsquad(sources[0])
    folder.mkdir(parents=True, exist_ok=True)
    write_corpus(corpus, [*passages, *debian(sources[1])])
    lines = [f"{question.relevant_id}\t{question.text}\n" for question in questions]
    queries.write_text("".join(lines), "utf-8")
    return corpus, queries


def write_corpus(path: Path, passages: Iterable[Passage]) -> None:
    """Write `passages` as lines of JSON."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(
            json.dumps(asdict(passage), ensure_ascii=False) + "\n" for passage in passages
        )
