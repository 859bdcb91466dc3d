"""Statistics are exact: after any history they equal those of an index built from scratch."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.index.manifest import FIELDS
from tests.memory.library import Library

NAMES = ["a.txt", "b.txt", "c.txt", "d.txt"]
WORDS = ["apple", "pear", "plum", "fig"]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
steps = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(NAMES), texts, texts),
    st.tuples(st.just("put"), st.sampled_from(NAMES), texts, texts),
    st.tuples(st.just("delete"), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(["compact", "reindex"])),
)


@settings(max_examples=30)
@given(history=st.lists(steps, min_size=1, max_size=10))
def test_statistics_equal_those_of_an_index_built_from_scratch(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, ...]]
) -> None:
    library = Library(tmp_path_factory.mktemp("history"))
    texts: dict[str, dict[str, list[str]]] = {}
    for step, *arguments in history:
        if step == "put":
            name, title, body = arguments
            library.upload(name, body, title)
            texts[name] = {"title": title.split(), "body": body.split()}
        elif step == "delete":
            library.delete(*arguments)
            texts.pop(*arguments, None)
        else:
            getattr(library, step)()

    manifest = library.manifest
    assert manifest.document_count == len(texts)
    for field in FIELDS:
        assert manifest.field_length(field) == sum(len(text[field]) for text in texts.values())
    frequencies: dict[tuple[str, str], dict[str, int]] = {}
    for name, fields in texts.items():
        for field, words in fields.items():
            for word, count in Counter(words).items():
                frequencies.setdefault((field, word), {})[name] = count
    assert observed(library) == frequencies


def observed(library: Library) -> dict[tuple[str, str], dict[str, int]]:
    """Return how often each (field, term) stands in each document, as the reader tells it."""
    reader = library.reader()
    names = {
        number: document.name
        for number, document in reader.documents(range(len(reader.live))).items()
    }
    found = {
        key: {
            names[int(number)]: int(frequency)
            for number, frequency in zip(one.documents, one.frequencies, strict=True)
        }
        for key, one in reader.postings(WORDS).items()
    }
    reader.close()
    return {key: counts for key, counts in found.items() if counts}
