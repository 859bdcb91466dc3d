#!/usr/bin/env python3
"""Collects what a layer of an image installs, outside of it: wheels, unpacked and ready to copy.

    scripts/collect_wheels.py aws index search

`containers/layers.txt` has the layers. Each becomes `.images/packages/<layer>/`, without what the
layer below it has, for Linux on x86_64 and the image's Python, whatever this machine runs. An image
build then copies a folder: no network, no compiler and no pip. Equal locks make equal bytes, dates
included.

`containers/wheels/<layer>.txt` is a layer's lock, in pip's own form: all that the image has, each
with its version and the SHA-256 of its wheel, which pip checks. `--lock` writes it anew, from
pyproject.toml and constraints.txt. pip evaluates environment markers for the Python that runs it,
so an import in the image has the last word.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ROOT / "containers" / "layers.txt"
LOCKS = ROOT / "containers" / "wheels"
# The oldest glibc that an image has is Amazon Linux 2023's, 2.34.
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(34, 4, -1)] + ["manylinux2014_x86_64"]
# What no running program reads: tests, headers, sources of compiled modules, types.
UNUSED_FOLDERS = {"__pycache__", "tests", "include"}
UNUSED_ENDINGS = {".a", ".c", ".cpp", ".h", ".hpp", ".lib", ".pxd", ".pyi", ".pyx"}
ZIP_EPOCH = 315_532_800  # 1980-01-01, the earliest date that every archive can hold


class Layer(NamedTuple):
    """A line of `containers/layers.txt`."""

    name: str
    python: str
    below: str

    @property
    def lock(self) -> Path:
        """All that an image with this layer has, the layers below included."""
        return LOCKS / f"{self.name}.txt"


def read_layers() -> dict[str, Layer]:
    """Return the layers by name, in the order in which they are built."""
    lines = (line.split() for line in LAYERS.read_text("utf-8").splitlines())
    return {words[0]: Layer(*words) for words in lines if words and words[0] != "#"}


def read_lock(layer: Layer | None) -> list[str]:
    """Return what a layer's image has, a line each; nothing for a base image."""
    lines = layer.lock.read_text("utf-8").splitlines() if layer else []
    return [line for line in lines if not line.startswith("#")]


def requirements(extra: str) -> list[str]:
    """Return what the product and `extra` ask for, with the extras it names laid open."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def opened(name: str) -> set[str]:
        found: set[str] = set()
        for line in project["optional-dependencies"][name]:
            if line.startswith("kotogura["):
                names = line.removeprefix("kotogura[").removesuffix("]").split(",")
                found.update(*map(opened, names))
            else:
                found.add(line)
        return found

    return sorted({*project["dependencies"], *opened(extra)})


def pip_install(python: str, *arguments: str) -> None:
    """Run `pip install` for the image's Python and platform instead of this machine's."""
    platforms = [part for name in PLATFORMS for part in ("--platform", name)]
    command = [
        *(sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
        *("--only-binary", ":all:", "--implementation", "cp", "--python-version", python),
        *platforms,
        *arguments,
    ]
    subprocess.run(command, check=True)


def write_lock(layer: Layer) -> None:
    """Write down what pip would install for a layer's extra, at the pins of constraints.txt."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        pip_install(
            layer.python,
            *("--dry-run", "--target", folder, "--constraint", str(ROOT / "constraints.txt")),
            *("--report", str(report), *requirements(layer.name)),
        )
        found = json.loads(report.read_text("utf-8"))["install"]
    lines = []
    for one in found:
        name, version = (
            one["metadata"]["name"].lower().replace("_", "-"),
            one["metadata"]["version"],
        )
        digest = one["download_info"]["archive_info"]["hashes"]["sha256"]
        lines.append(f"{name}=={version} --hash=sha256:{digest}\n")
    head = (
        f"# What `scripts/collect_wheels.py --lock {layer.name}` found for Python {layer.python}.\n"
    )
    LOCKS.mkdir(exist_ok=True)
    layer.lock.write_text(head + "".join(sorted(lines)), "utf-8")


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


def collect(layer: Layer, below: Layer | None, packages: Path) -> None:
    """Fill a layer's folder, unless it is there already."""
    beneath = set(read_lock(below))
    wanted = "\n".join(line for line in read_lock(layer) if line not in beneath)
    target, stamp = packages / layer.name, packages / f"{layer.name}.made-of"
    made_of = hashlib.sha256(wanted.encode() + Path(__file__).read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == made_of:
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write(wanted)
        listed.flush()
        pip_install(
            layer.python,
            *("--no-deps", "--require-hashes", "--no-compile", "--target", str(target)),
            *("--requirement", listed.name),
        )
    strip(target)
    date(target, int(os.environ.get("SOURCE_DATE_EPOCH", ZIP_EPOCH)))
    stamp.write_text(made_of, "utf-8")
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{layer.name}: {size / 1e6:.0f} MB")


def main() -> int:
    """Collect, or lock, the layers that are asked for; return 1 when pip failed."""
    layers = read_layers()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "layers", nargs="+", metavar="LAYER", choices=layers, help=", ".join(layers)
    )
    parser.add_argument("--into", type=Path, default=ROOT / ".images" / "packages")
    parser.add_argument("--lock", action="store_true", help="write down what they would install")
    arguments = parser.parse_args()
    try:
        for layer in (layers[name] for name in arguments.layers):
            if arguments.lock:
                write_lock(layer)
            else:
                collect(layer, layers.get(layer.below), arguments.into)
    except subprocess.CalledProcessError:
        return 1  # pip has said why
    return 0


if __name__ == "__main__":
    sys.exit(main())
