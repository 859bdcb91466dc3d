"""What fine-tuning gains: the base model and tuned ones on documents that were held out.

`python -m bench.finetune --corpus debian-docs-ja.jsonl.xz --sts jsts-valid.jsonl --seeds 1,2,3
--json OUT` trains by the product's own code, once for each seed, and asks the held-out documents'
titles and headings of the exported int8 models, as a promotion does. Documents without a Japanese
title are left out: nobody asks for "setspent.3".
"""

import argparse
import json
import lzma
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.machine import machine, versions
from bench.sts import GradedPair, read_pairs, sts_spearman
from kotogura.semantics.division import Division, divide
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.evaluation import Figures, evaluate
from kotogura.semantics.export import export_onnx
from kotogura.semantics.finetuning import fine_tune
from kotogura.semantics.gate import gain_interval
from kotogura.semantics.recipes import DEFAULT_RECIPE, Recipe
from kotogura.semantics.token_measure import TokenizerMeasure
from kotogura.semantics.training import describe_tuned
from kotogura.semantics.training_pairs import TrainingDocument
from kotogura.semantics.tuning import Step

_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
_FURNITURE = re.compile(r"^(?:This page is: /|Title is: )")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model reached: on the held-out queries, and on sentences that people graded."""

    figures: Figures
    sts_spearman: float | None
    seconds: float


def main() -> None:
    """Measure the base, then each seed's tuned model; print and write the report."""
    options = _options()
    measure = TokenizerMeasure.open(options.base)
    division = divide(read_documents(options.corpus), measure, options.pairs)
    graded = read_pairs(options.sts)[: options.sts_pairs] if options.sts else []
    recipe = replace(
        DEFAULT_RECIPE,
        **{
            name: value
            for name, value in vars(options).items()
            if name in _RECIPE and value is not None
        },
    )
    base = _measure(options.base, division, graded, options.threads)
    print(f"base: {_told(base)}", flush=True)
    report: dict[str, Any] = {
        "machine": machine(),
        "versions": versions(("kotogura", "torch", "sentence-transformers", "onnxruntime")),
        "recipe": asdict(recipe),
        "documents": len(division.documents),
        "pairs": len(division.taught),
        "watched": len(division.watched),
        "queries": base.figures.query_count,
        "passages": base.figures.passage_count,
        "sts_pairs": len(graded),
        "threads": options.threads,
        "before": _told(base),
        "seeds": {},
    }
    for seed in options.seeds:
        report["seeds"][str(seed)] = _run(options, division, graded, recipe, seed, base)
        print(f"seed {seed}: {report['seeds'][str(seed)]}", flush=True)
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(table(report))


def read_documents(path: Path) -> list[TrainingDocument]:
    """Return the documents with a Japanese title, without the lines that repeat the title."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        TrainingDocument(row["id"], row["title"], _without_furniture(row["text"]))
        for row in rows
        if _JAPANESE.search(row["title"])
    ]


def _without_furniture(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not _FURNITURE.match(line))


def _run(
    options: argparse.Namespace,
    division: Division,
    graded: Sequence[GradedPair],
    recipe: Recipe,
    seed: int,
    base: Measured,
) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="finetune-"))
    try:
        tuning = fine_tune(
            options.base,
            division.taught,
            folder,
            recipe=recipe,
            seed=seed,
            threads=options.threads,
            watched=division.watched,
            on_progress=lambda step: _say(seed, step),
        )
        agreement = export_onnx(folder)
        describe_tuned(folder, options.base).write(folder)
        tuned = _measure(folder, division, graded, options.threads)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    gain, low, high = gain_interval(base.figures.reciprocal_ranks, tuned.figures.reciprocal_ranks)
    return {
        **_told(tuned),
        "gain": round(gain, 4),
        "gain_low": round(low, 4),
        "gain_high": round(high, 4),
        "steps": tuning.steps,
        "best_step": tuning.best_step,
        "watched_mrr": tuning.best_score,
        "loss_first": round(tuning.losses[0], 4),
        "loss_last": round(tuning.losses[-1], 4),
        "cosine_int8": round(agreement, 5),
        "train_seconds": round(tuning.seconds, 1),
        "pairs_per_s": round(tuning.steps * recipe.batch_size / tuning.seconds, 2),
    }


def _measure(
    folder: Path, division: Division, graded: Sequence[GradedPair], threads: int
) -> Measured:
    begun = time.monotonic()
    embedder = OnnxEmbedder.open(folder, threads=threads)
    figures = evaluate(embedder, division.documents, division.asked)
    spearman = sts_spearman(graded, embedder) if graded else None
    return Measured(figures, spearman, time.monotonic() - begun)


def _told(measured: Measured) -> dict[str, Any]:
    return {
        "mrr10": round(measured.figures.mrr10, 4),
        "recall10": round(measured.figures.recall10, 4),
        "sts_spearman": None if measured.sts_spearman is None else round(measured.sts_spearman, 4),
        "measure_seconds": round(measured.seconds, 1),
    }


def table(report: dict[str, Any]) -> str:
    """Return the report as a table of Markdown."""
    before = report["before"]
    rows = [
        "| seed | MRR@10 before | after | gain | 95 % | JSTS before | after | seconds |",
        "| ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: |",
    ]
    rows += [
        f"| {seed} | {before['mrr10']} | {run['mrr10']} | {run['gain']:+.4f} "
        f"| {run['gain_low']:+.4f} to {run['gain_high']:+.4f} "
        f"| {before['sts_spearman']} | {run['sts_spearman']} | {run['train_seconds']} |"
        for seed, run in report["seeds"].items()
    ]
    return "\n".join(rows)


def _say(seed: int, step: Step) -> None:
    score = "" if step.score is None else f", watched MRR {step.score:.3f}"
    print(
        f"seed {seed}: step {step.number} of {step.planned}, loss {step.loss:.3f}{score}, "
        f"{step.seconds_left:.0f} s left",
        flush=True,
    )


_RECIPE = ("epochs", "batch_size", "learning_rate", "scale", "group_size", "trained_tokens",
           "both_ways", "half_precision")  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.finetune", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, default=Path("../shared/data/debian-docs-ja.jsonl.xz")
    )
    parser.add_argument("--sts", type=Path, help="lines of sentence1, sentence2 and label")
    parser.add_argument("--sts-pairs", type=int, help="as many of them as to compare; all")
    parser.add_argument("--base", type=Path, default=Path(".kotogura/models/base"))
    parser.add_argument("--seeds", type=_numbers, default=[1, 2, 3])
    parser.add_argument("--pairs", type=int, default=1_600, help="the most to train on")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, default=Path(".bench/finetune.json"))
    for name in ("epochs", "batch-size", "group-size", "trained-tokens"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("learning-rate", "scale"):
        parser.add_argument(f"--{name}", type=float)
    for name in ("both-ways", "half-precision"):
        parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction)
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
