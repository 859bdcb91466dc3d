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
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.machine import machine, versions
from bench.sts import GradedPair, read_pairs
from bench.tuned_models import Measured, measured, tuned_model
from kotogura.semantics.division import MOST_PAIRS, Division, divide
from kotogura.semantics.gate import gain_interval
from kotogura.semantics.recipes import DEFAULT_RECIPE, Recipe
from kotogura.semantics.token_measure import TokenizerMeasure
from kotogura.semantics.training_pairs import TrainingDocument, held_out_ids
from kotogura.semantics.tuning import Step

_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
_FURNITURE = re.compile(r"^(?:This page is: /|Title is: )")


def main() -> None:
    """Measure the base, then each seed's tuned model; print and write the report."""
    options = _options()
    measure = TokenizerMeasure.open(options.base)
    documents = read_documents(options.corpus)
    if options.validation:
        documents = validation_documents(documents)
    division = divide(documents, measure, options.pairs)
    graded = read_pairs(options.sts)[: options.sts_pairs] if options.sts else []
    recipe = replace(
        DEFAULT_RECIPE,
        **{
            name: value
            for name, value in vars(options).items()
            if name in _RECIPE and value is not None
        },
    )
    base = measured(options.base, division, graded, options.threads, options.keep)
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
    options.json.parent.mkdir(parents=True, exist_ok=True)
    for seed in options.seeds if options.until != "base" else ():
        report["seeds"][str(seed)] = _run(options, division, graded, recipe, seed, base)
        print(f"seed {seed}: {report['seeds'][str(seed)]}", flush=True)
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if options.until == "measure":
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


def validation_documents(documents: Sequence[TrainingDocument]) -> list[TrainingDocument]:
    """Return the documents that judge no model, under names of which another fifth is held out.

    Recipes are compared on these, so that the documents that judge the chosen one stay unseen.
    """
    ids = [document.document_id for document in documents]
    kept_back = held_out_ids(ids)
    return [
        replace(document, document_id=f"v{document.document_id}")
        for document in documents
        if document.document_id not in kept_back
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
    tuned = tuned_model(
        options.base,
        division,
        recipe,
        seed,
        options.threads,
        options.keep,
        lambda step: _say(seed, step),
    )
    if options.until == "train":
        return tuned.told
    after = measured(tuned.folder, division, graded, options.threads, options.keep)
    gain, low, high = gain_interval(base.figures.reciprocal_ranks, after.figures.reciprocal_ranks)
    return {
        **_told(after),
        "gain": round(gain, 4),
        "gain_low": round(low, 4),
        "gain_high": round(high, 4),
        **tuned.told,
    }


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
    parser.add_argument("--pairs", type=int, default=MOST_PAIRS, help="the most to train on")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--validation", action="store_true", help="on other documents, to choose a recipe by"
    )
    parser.add_argument(
        "--keep", type=Path, default=Path(".bench/finetune"), help="where models and figures are"
    )
    parser.add_argument(
        "--until",
        choices=("base", "train", "measure"),
        default="measure",
        help="stop after measuring the base, or after training; what is kept is not done again",
    )
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
