#!/usr/bin/env python3
"""Collects what an image installs, outside of it: an extra's wheels, unpacked and ready to copy.

    scripts/collect_wheels.py --python 3.13 search tokenize

Each extra of pyproject.toml becomes `.images/packages/<extra>/`, at the pins of constraints.txt,
for Linux on x86_64 and the given Python, whatever this machine runs. An image build then copies a
folder: no network, no compiler and no pip. Equal pins make equal bytes, dates included.

A wheel from an index must have the SHA-256 that `scripts/wheels.sha256` holds; `--lock` writes down
those of new pins. Wheels of a folder on this machine have no place in that list. pip evaluates
environment markers for the Python that runs it, so an import in the image has the last word.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "scripts" / "wheels.sha256"
# The oldest glibc that an image has is Amazon Linux 2023's, 2.34.
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(34, 4, -1)] + ["manylinux2014_x86_64"]
# What no running program reads: tests, headers, sources of compiled modules, types.
UNUSED_FOLDERS = {"__pycache__", "tests", "include"}
UNUSED_ENDINGS = {".a", ".c", ".cpp", ".h", ".hpp", ".lib", ".pxd", ".pyi", ".pyx"}
ZIP_EPOCH = 315_532_800  # 1980-01-01, the earliest date that every archive can hold


def requirements(extra: str, extras: dict[str, list[str]]) -> Iterator[str]:
    """Yield what the product and `extra` ask for, with the extras it names laid open."""
    for line in extras[extra]:
        own = re.fullmatch(r"kotogura\[([\w,]+)\]", line)
        if own is None:
            yield line
            continue
        for name in own[1].split(","):
            yield from requirements(name, extras)


def install(wanted: list[str], python: str, target: Path) -> dict[str, str]:
    """Unpack wheels into `target`; return the SHA-256 of each that an index gave, by file name."""
    report = target.with_suffix(".report.json")
    platforms = [part for name in PLATFORMS for part in ("--platform", name)]
    command = [
        *(sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
        *("--target", str(target), "--no-compile", "--only-binary", ":all:"),
        *("--implementation", "cp", "--python-version", python, *platforms),
        *("--constraint", str(ROOT / "constraints.txt"), "--report", str(report), *wanted),
    ]
    subprocess.run(command, check=True)
    hashes = {}
    for wheel in json.loads(report.read_text("utf-8"))["install"]:
        source = wheel["download_info"]
        if not source["url"].startswith("file:"):
            hashes[source["url"].rpartition("/")[2]] = source["archive_info"]["hashes"]["sha256"]
    report.unlink()
    return hashes


def strip(folder: Path) -> None:
    """Remove what no running program reads."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for place, folders, files in os.walk(folder):
        for name in UNUSED_FOLDERS.intersection(folders):
            shutil.rmtree(Path(place, name))
            folders.remove(name)
        for name in files:
            if Path(name).suffix in UNUSED_ENDINGS:
                Path(place, name).unlink()


def date(folder: Path, seconds: int) -> None:
    """Give everything one date and one mode, so that equal content is an equal layer."""
    for place, _, files in os.walk(folder, topdown=False):
        for path in (*(Path(place, name) for name in files), Path(place)):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            os.utime(path, (seconds, seconds))


def digest(wanted: list[str], python: str) -> str:
    """Return what decides the content of a folder, as one digest."""
    told = hashlib.sha256(json.dumps([wanted, python]).encode())
    for path in (ROOT / "constraints.txt", Path(__file__)):
        told.update(path.read_bytes())
    return told.hexdigest()


def read_lock() -> dict[str, str]:
    """Return the SHA-256 of each wheel that was locked, by file name."""
    lines = LOCK.read_text("utf-8").splitlines() if LOCK.exists() else []
    return {name: digest for digest, name in (line.split() for line in lines)}


def unlocked(hashes: dict[str, str]) -> list[str]:
    """Return the names of the wheels that aren't those that were locked."""
    lock = read_lock()
    return [name for name, digest in hashes.items() if lock.get(name) != digest]


def write_lock(hashes: dict[str, str]) -> None:
    """Write down `hashes` beside those of other wheels, and drop those whose pin is gone."""
    pins = (ROOT / "constraints.txt").read_text("utf-8").split()
    pinned = {re.sub(r"[-_.]+", "-", pin).lower() for pin in pins}

    def is_pinned(name: str) -> bool:
        distribution, version = name.split("-")[:2]
        return f"{distribution}=={version}".replace("_", "-").replace(".", "-").lower() in pinned

    kept = {name: digest for name, digest in read_lock().items() if is_pinned(name)}
    lines = sorted(f"{digest}  {name}\n" for name, digest in (kept | hashes).items())
    LOCK.write_text("".join(sorted(lines, key=lambda line: line.split()[1].lower())), "utf-8")


def main() -> int:
    """Collect the extras that are asked for; return 1 when a wheel isn't the locked one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("extras", nargs="+", metavar="EXTRA", help="an extra of pyproject.toml")
    parser.add_argument("--python", default="3.13", help="the image's Python  [default: 3.13]")
    parser.add_argument("--into", type=Path, default=ROOT / ".images" / "packages")
    parser.add_argument("--lock", action="store_true", help="write the wheels' hashes down")
    arguments = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extra in arguments.extras:
        wanted = [*project["dependencies"], *requirements(extra, project["optional-dependencies"])]
        target, stamp = arguments.into / extra, arguments.into / f"{extra}.made-of"
        made_of = digest(sorted(set(wanted)), arguments.python)
        if not arguments.lock and stamp.exists() and stamp.read_text("utf-8") == made_of:
            continue
        stamp.unlink(missing_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        hashes = install(sorted(set(wanted)), arguments.python, target)
        if arguments.lock:
            write_lock(hashes)
        elif strange := unlocked(hashes):
            names = ", ".join(sorted(strange))
            print(f"not as in {LOCK.name}: {names}; check them, then --lock them", file=sys.stderr)
            return 1
        strip(target)
        date(target, int(os.environ.get("SOURCE_DATE_EPOCH", ZIP_EPOCH)))
        stamp.write_text(made_of, "utf-8")
        size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
        print(f"{extra}: {size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
