"""What a run found, as ratios and as a table."""

from collections.abc import Mapping
from typing import Any

ENGINES = ("ours", "ours_rescored", "tantivy", "bm25s", "lucene")
_COLUMNS = (
    ("p50_ms", "p50 ms", ".3f"),
    ("p99_ms", "p99 ms", ".3f"),
    ("from_terms_p50_ms", "p50 from terms", ".3f"),
    ("warm_p50_ms", "p50 warm", ".3f"),
    ("mrr10", "MRR@10", ".4f"),
    ("recall10", "recall@10", ".4f"),
    ("build_s", "build s", ".1f"),
    ("index_bytes", "index MB", ".1f"),
    ("peak_rss_mb", "RSS MB", ".0f"),
)
_OURS_ALONE = (
    "full_p50_ms", "full_p99_ms", "first_touch_p50_ms", "first_touch_p99_ms", "cold_terms_p50_ms",
    "first_query_p50_ms", "tokenize_s", "index_s", "sync_s", "merge_s", "build_cpu_s",
    "tokenize_chars_per_s", "index_postings_per_s", "index_bytes", "index_bytes_without_text",
    "segments",
)  # fmt: skip


def ratios(engines: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return ours over each peer that ran, in p50, p99 and MRR.

    >>> sorted(ratios({"ours": {"p50_ms": 1.0, "p99_ms": 2.0, "mrr10": 0.9},
    ...                "lucene": {"p50_ms": 2.0, "p99_ms": 2.0, "mrr10": 0.8}}).items())
    [('ours_to_lucene_p50', 0.5), ('ours_to_lucene_p99', 1.0)]
    """
    found = {}
    for name in ("ours", "ours_rescored"):
        for peer in ("tantivy", "bm25s", "lucene"):
            if name in engines and peer in engines:
                for share in ("p50", "p99"):
                    ratio = engines[name][f"{share}_ms"] / engines[peer][f"{share}_ms"]
                    found[f"{name}_to_{peer}_{share}"] = round(ratio, 3)
    return found


def table(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown: a row for each engine, then what is told of ours alone."""
    lines = [
        "| engine | " + " | ".join(title for _, title, _ in _COLUMNS) + " |",
        "| --- " + "| ---: " * len(_COLUMNS) + "|",
    ]
    for name in ENGINES:
        if name in report:
            cells = (_cell(report[name], key, form) for key, _, form in _COLUMNS)
            lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    lines.append("")
    for name in ENGINES[:2]:
        if name in report:
            told = (f"{key} {report[name][key]:,}" for key in _OURS_ALONE if key in report[name])
            lines.append(f"{name}: " + ", ".join(told))
    lines.extend(f"{key} {value}" for key, value in report["ratios"].items())
    return "\n".join(lines)


def _cell(figures: Mapping[str, Any], key: str, form: str) -> str:
    value = figures.get(key)
    if value is None:
        return ""
    return format(value / 1e6 if key.endswith("_bytes") else value, form)
