"""Lines that many documents share: menus, footers and licences, which say nothing about one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from kotogura.semantics.training_pairs import TrainingDocument

FEWEST_DOCUMENTS = 5
SMALLEST_SHARE = 0.02


def without_shared_lines(documents: Sequence[TrainingDocument]) -> list[TrainingDocument]:
    r"""Return the documents without the lines that at least five, and two in a hundred, have.

    A page's menu stands before its text, so that the passage below the title would be the menu, and
    every page's the same. Documents stay in their order, also those of which no text is left.

    >>> menu = "トップ | 目次 | 検索"
    >>> pages = [TrainingDocument(str(n), "題", f"{menu}\n本文{n}") for n in range(5)]
    >>> [page.body for page in without_shared_lines(pages)]
    ['本文0', '本文1', '本文2', '本文3', '本文4']
    """
    spread = Counter(
        line
        for document in documents
        for line in {line.strip() for line in document.body.split("\n")}
        if line
    )
    enough = max(FEWEST_DOCUMENTS, SMALLEST_SHARE * len(documents))
    shared = {line for line, count in spread.items() if count >= enough}
    return [
        replace(
            document,
            body="\n".join(
                line for line in document.body.split("\n") if line.strip() not in shared
            ),
        )
        for document in documents
    ]
