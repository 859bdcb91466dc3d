"""`python -m bench.keyword`: word search by the product and its peers, one JSON object of figures.

`bench/README.md` explains every key and how the figures are kept honest.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import lucene_peer, setting
from bench.child import Child, WorkerFailed
from bench.corpus import Passage, read_corpus, read_questions
from bench.latency import spread_sample
from bench.machine import machine, versions
from bench.quality import mean_reciprocal_rank, recall
from bench.report import ENGINES, ratios, table
from bench.rounds import measure, second_passes

_OURS = ("ours", "ours_rescored")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark that the command line describes; exits with 2 when an input is missing."""
    options = _parser().parse_args(arguments)
    engines = _engines(options)
    corpus, queries = setting.inputs(options)
    setting.require([name for name in setting.PEERS if name in engines])
    if "bm25s" in engines:
        setting.require(["numba"])
    try:
        report = _run(corpus, queries, engines, options.rounds)
    except WorkerFailed as error:
        raise SystemExit(f"bench: {error}") from None
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(table(report))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.keyword", description=__doc__)
    setting.add_inputs(parser)
    parser.add_argument(
        "--json", type=Path, default=setting.CACHE / "keyword.json", help="where the figures go"
    )
    parser.add_argument("--no-lucene", action="store_true", help="leave Lucene out")
    parser.add_argument(
        "--engines", default=",".join(ENGINES), help="which to run (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="of latency (default: %(default)s)")
    return parser


def _engines(options: argparse.Namespace) -> list[str]:
    """Return the chosen engines in the order of the report."""
    chosen = set(options.engines.split(","))
    if unknown := chosen - set(ENGINES):
        setting.stop(f"there is no engine {', '.join(sorted(unknown))}")
    if options.no_lucene:
        chosen.discard("lucene")
    if "lucene" in chosen:
        try:
            lucene_peer.prepare(setting.CACHE)
        except lucene_peer.LuceneMissing as error:
            _say(str(error))
            chosen.discard("lucene")
    return [name for name in ENGINES if name in chosen]


def _run(corpus: Path, queries: Path, engines: list[str], rounds: int) -> dict[str, Any]:
    passages = read_corpus(corpus)
    relevant = [question.relevant_id for question in read_questions(queries)]
    where = machine()
    shutil.rmtree(setting.WORK, ignore_errors=True)
    figures = _build(corpus, queries, engines)
    openers = {name: _opener(corpus, queries, name, figures, relevant) for name in engines}
    sample = spread_sample(len(relevant))
    _say(f"timing a second pass of {len(sample)} questions in {rounds} processes each")
    for name, times in second_passes(openers, sample, rounds).items():
        figures[name].update(times)
    with ExitStack() as stack:
        children = {name: stack.enter_context(opened()) for name, opened in openers.items()}
        paths = {name: child.reply()["paths"] for name, child in children.items()}
        for name, child in children.items():
            _say(f"asking {name} all questions")
            answers = child.ask("answer")
            figures[name]["mrr10"] = round(mean_reciprocal_rank(answers, relevant), 5)
            figures[name]["recall10"] = round(recall(answers, relevant), 5)
            figures[name].update(child.ask("memory"))
        _say(f"timing {len(sample)} questions in {rounds} rounds")
        for name, times in measure(children, paths, sample, rounds).items():
            figures[name].update(times)
    counts = _counts(passages, relevant, len(sample))
    for name in (name for name in _OURS if name in figures):
        figures[name]["text_bytes"] = counts["text_bytes"]
    return {
        **figures,
        "ratios": ratios(figures),
        "counts": counts,
        "rounds": rounds,
        "machine": where,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {**versions(), **_lucene_versions(engines)},
    }


def _build(corpus: Path, queries: Path, engines: list[str]) -> dict[str, dict[str, Any]]:
    """Build every engine's index, one after another, each in a process that ends then."""
    figures: dict[str, dict[str, Any]] = {}
    if any(name in _OURS for name in engines):
        built = _build_one(corpus, queries, "ours")
        (setting.WORK / "ours" / "made-of").write_text(setting.made_of(corpus), "utf-8")
        figures.update({name: dict(built) for name in engines if name in _OURS})
    peers = [name for name in engines if name in setting.PEERS]
    if peers and not setting.job(corpus, queries, "terms").terms.exists():
        _build_one(corpus, queries, "terms")
    for name in peers:
        figures[name] = _build_one(corpus, queries, name)
    if "lucene" in engines:
        figures["lucene"] = {}
    return figures


def _build_one(corpus: Path, queries: Path, name: str) -> dict[str, Any]:
    _say(f"building {name}")
    job = setting.job(corpus, queries, name)
    log = setting.WORK / f"{name}-build.log"
    with Child(setting.command(name, "build", job), log) as child:
        return dict(child.reply())


def _opener(
    corpus: Path,
    queries: Path,
    name: str,
    figures: dict[str, dict[str, Any]],
    relevant: Sequence[str],
) -> Callable[[], Child]:
    """Return what starts a worker that answers for `name`."""
    if name == "lucene":
        return _lucene(corpus, queries, figures["lucene"], relevant)
    job = setting.job(corpus, queries, "ours" if name in _OURS else name)
    return lambda: Child(setting.command(name, "serve", job), setting.WORK / f"{name}.log")


def _lucene(
    corpus: Path, queries: Path, figures: dict[str, Any], relevant: Sequence[str]
) -> Callable[[], Child]:
    """Build Lucene's indexes, and return what starts the variant that answers best."""
    _say("building lucene, and choosing its best variant")
    lucene = lucene_peer.Lucene(setting.CACHE, setting.job(corpus, queries, "lucene"))
    built = lucene.build()
    best, reached = lucene.best(relevant)
    figures.update(built[best.layout])
    figures.update({"variant": str(best), "variants_mrr10": reached})
    return lambda: lucene.open(best)


def _counts(passages: Sequence[Passage], relevant: Sequence[str], timed: int) -> dict[str, int]:
    texts: Iterable[str] = (text for passage in passages for text in (passage.title, passage.text))
    joined = [(len(text), len(text.encode())) for text in texts]
    return {
        "passages": len(passages),
        "questions": len(relevant),
        "timed_questions": timed,
        "text_characters": sum(characters for characters, _ in joined),
        "text_bytes": sum(size for _, size in joined),
    }


def _lucene_versions(engines: Sequence[str]) -> dict[str, str]:
    if "lucene" not in engines:
        return {}
    return {
        "lucene": lucene_peer.lucene_version(setting.CACHE),
        "java": lucene_peer.java_version(),
    }


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
