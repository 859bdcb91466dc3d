"""Lucene with its Kuromoji analyzer, asked the same cases by a driver of our own."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.japanese.cases import NumberedCase
from tests.conformance.japanese.outcomes import Answer, Outcome

_DRIVER = Path(__file__).parent / "lucene" / "KuromojiSuite.java"
_SYNTAX_GROUPS = {"phrase_and_proximity", "query_language"}
"""Groups whose queries are written in the query language; elsewhere they are plain text."""


class KuromojiMissing(Exception):
    """Kuromoji can't run here; the message says what is missing."""


def kuromoji_outcomes(
    cases: Sequence[NumberedCase], jar: Path, scratch: Path
) -> tuple[Outcome, ...]:
    """Return what Kuromoji makes of `cases`, in their order.

    Args:
        cases: any of the suite's.
        jar: Lucene with its Kuromoji, its classic query parser and Jackson in one jar.
        scratch: an empty folder.

    Raises:
        KuromojiMissing: without a JDK.
    """
    for program in ("javac", "java"):
        if shutil.which(program) is None:
            raise KuromojiMissing(f"Kuromoji is left out: {program} is not on the path")
    subprocess.run(["javac", "-cp", str(jar), "-d", str(scratch), str(_DRIVER)], check=True)
    asked = scratch / "cases.json"
    asked.write_text(json.dumps([_asked(one) for one in cases]), encoding="ascii")
    command = ["java", "-cp", f"{jar}:{scratch}", "KuromojiSuite", str(asked)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    return tuple(
        Outcome(
            case,
            Answer(
                frozenset(answer["found"]), answer.get("refusal", ""), answer.get("failure", "")
            ),
        )
        for case, answer in zip(cases, answers, strict=True)
    )


def find_jar(place: Path) -> Path:
    """Return the jar at `place`, or the one in the folder `place`.

    Raises:
        KuromojiMissing: when there is none.
    """
    jars = [place] if place.is_file() else sorted(place.glob("*.jar"))
    if not jars:
        raise KuromojiMissing(f"Kuromoji is left out: there is no jar at {place.name}")
    return jars[0]


def lucene_version(jar: Path) -> str:
    """Return the release of Lucene that `jar` holds, as its newest codec names it."""
    with zipfile.ZipFile(jar) as opened:
        names = "\n".join(opened.namelist())
    codecs = re.findall(
        r"^org/apache/lucene/codecs/lucene(\d+)/Lucene\d+Codec\.class$", names, re.M
    )
    newest = max(codecs, key=int)
    return f"{newest[0]}.{newest[1:]}"


def _asked(one: NumberedCase) -> dict[str, object]:
    case = one.case
    documents = {name: {"title": it.title, "body": it.body} for name, it in case.documents.items()}
    syntax = one.group in _SYNTAX_GROUPS
    return {"query": case.query, "syntax": syntax, "documents": documents}
