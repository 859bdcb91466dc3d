"""What the benchmark works on: its cache and its inputs, and what it says when one is missing."""

import argparse
import hashlib
import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bench.corpus import write_default
from bench.engine import Job

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".bench"
WORK = CACHE / "run"
DATA = "../shared/data"
PEERS = ("tantivy", "bm25s", "numba")


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is indexed and asked."""
    parser.add_argument("--corpus", type=Path, help='lines of {"id", "title", "text"}')
    parser.add_argument("--queries", type=Path, help="lines of relevant_id<TAB>question")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(DATA),
        help="the folder that the default corpus is made from (default: %(default)s)",
    )


def inputs(options: argparse.Namespace) -> tuple[Path, Path]:
    """Return the corpus and the queries; exits with 2, in one line, when they are missing."""
    if (options.corpus is None) != (options.queries is None):
        stop("give both --corpus and --queries, or neither")
    if options.corpus is None:
        try:
            return write_default(options.data, CACHE)
        except FileNotFoundError:
            stop(f"there is no benchmark data in {options.data}: give --data, or --corpus")
    for path in (options.corpus, options.queries):
        if not path.is_file():
            stop(f"there is no file {path}")
    return options.corpus.resolve(), options.queries.resolve()


def require(packages: Sequence[str]) -> None:
    """Exit with 2, in one line, when one of `packages` is not installed."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        stop(f"{', '.join(missing)} is not installed: run make bench, or install the extra 'bench'")


def stop(reason: str) -> NoReturn:
    """End the program with 2, saying why."""
    sys.stderr.write(f"bench: {reason}\n")
    raise SystemExit(2)


def job(corpus: Path, queries: Path, engine: str, work: Path = WORK) -> Job:
    """Return the job of `engine` over these inputs, its folder below `work`."""
    terms = CACHE / f"terms-{made_of(corpus, 'analysis')}.jsonl"
    return Job(corpus, queries, terms, work / engine)


def made_of(corpus: Path, room: str = "") -> str:
    """Return a digest of the corpus and the product's code, all of it or one room's."""
    digest = hashlib.sha256(corpus.read_bytes())
    for module in sorted((ROOT / "src" / "kotogura" / room).rglob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:16]


def command(engine: str, action: str, given: Job) -> list[str]:
    """Return the command line of a Python worker."""
    return [sys.executable, "-m", "bench.worker", engine, action, json.dumps(given.to_json())]
