"""Where and with what a report was made."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

PACKAGES = (
    "kotogura", "sudachipy", "sudachidict-core", "duckdb", "numpy", "pyarrow",
    "tantivy", "bm25s", "numba",
)  # fmt: skip


def machine() -> dict[str, str | int | float]:
    """Return the processor, how many cores this process may use, the memory and the system."""
    model = re.search(r"^model name\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(int(memory[1]) * 1024 / 1e9, 1) if memory else 0,
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Return the release of Python and of each of `packages` that is installed."""
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return ""
