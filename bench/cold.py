"""`python -m bench.cold`: a fresh process, from its start to the first hit, the index on disk."""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench import setting
from bench.child import Child, WorkerFailed
from bench.corpus import read_questions
from bench.fresh import ask_fresh, require_hits
from bench.latency import spread_sample
from bench.machine import machine, versions


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one JSON object; exits with 2 when an input is missing."""
    options = _parser().parse_args(arguments)
    corpus, queries = setting.inputs(options)
    where = machine()
    folder = built_index(corpus, queries)
    asked = [question.text for question in read_questions(queries)]
    questions = [asked[number] for number in spread_sample(len(asked))]
    runs = [_run(folder, questions[number:] + questions[:number]) for number in range(options.runs)]
    report = {
        "first_hit_s": round(median(run["first_hit_s"] for run in runs), 4),
        "first_hit_slowest_s": round(max(run["first_hit_s"] for run in runs), 4),
        **{name: max(run[name] for run in runs) for name in runs[0] if name.endswith("_mb")},
        "runs": len(runs),
        "questions": len(questions),
        "machine": where,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(("kotogura", "sudachipy", "sudachidict-core", "duckdb", "numpy")),
    }
    text = json.dumps(report, indent=1, ensure_ascii=False)
    if options.json is not None:
        options.json.write_text(text + "\n", "utf-8")
    print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.cold", description=__doc__)
    setting.add_inputs(parser)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--runs", type=int, default=9, help="of the process (default: %(default)s)")
    return parser


def built_index(corpus: Path, queries: Path) -> Path:
    """Return the index that `bench.keyword` left, or build it: of this corpus, by this code."""
    job = setting.job(corpus, queries, "ours")
    mark, made_of = job.folder / "made-of", setting.made_of(corpus)
    if not mark.exists() or mark.read_text("utf-8") != made_of:
        print("bench: building ours", file=sys.stderr, flush=True)
        shutil.rmtree(job.folder, ignore_errors=True)
        try:
            with Child(
                setting.command("ours", "build", job), setting.WORK / "ours-build.log"
            ) as child:
                child.reply()
        except WorkerFailed as error:
            raise SystemExit(f"bench: {error}") from None
        mark.write_text(made_of, "utf-8")
    return job.folder


def _run(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Start the process once."""
    fresh = ask_fresh(["bench.first_hit", str(folder)], questions)
    require_hits(fresh)
    return {
        "first_hit_s": fresh.first_hit_s,
        "peak_rss_mb": fresh.first["peak_rss_mb"],
        "anonymous_mb": fresh.first["anonymous_mb"],
        "peak_rss_after_all_mb": fresh.last["peak_rss_mb"],
        "anonymous_after_all_mb": fresh.last["anonymous_mb"],
    }


if __name__ == "__main__":
    main()
