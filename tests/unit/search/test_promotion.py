"""A model comes into service together with its vectors, and no query meets another's."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from kotogura.errors import CommitConflict, CorruptIndex
from kotogura.index.generations import Generation
from kotogura.index.manifest import FileEntry, SegmentEntry
from kotogura.index.merge import merge_segments
from kotogura.search.meaning import PassageIndex
from kotogura.semantics.promotion import embed_missing
from kotogura.semantics.segment_vectors import merge_vectors, read_vectors
from kotogura.semantics.serving import OPEN_MODEL_COUNT, ServingModels
from kotogura.semantics.vectors import PassageVectors
from tests.memory.language import WordEmbedder
from tests.memory.library import Library
from tests.memory.racing import RacingPointers


@pytest.fixture
def filled(library: Library) -> Library:
    library.upload("cars.txt", "leave the car in the yard", "cars")
    library.upload("rest.txt", "ask for a vacation", "rest")
    return library


def counted(library: Library, digest: str) -> tuple[list[str], Callable[[SegmentEntry], FileEntry]]:
    """Return a list of the segments that are embedded, and what embeds them."""
    embedded: list[str] = []

    def embed(segment: SegmentEntry) -> FileEntry:
        embedded.append(segment.segment_id)
        return library.embed_entry(digest, segment)

    return embedded, embed


def has_all_vectors(generation: Generation) -> bool:
    model = generation.manifest.model
    assert model is not None
    return all(model.digest in segment.vectors for segment in generation.manifest.segments)


def meaning(library: Library, query: str) -> list[str]:
    answer = library.service().search(library.tenant, query, "meaning")
    return [hit.name for hit in answer.hits]


def test_one_generation_names_the_model_and_every_segments_vectors(filled: Library) -> None:
    generation = filled.promote("first")
    manifest = generation.manifest
    assert manifest.generation == 3
    assert manifest.model is not None
    assert manifest.model.digest == "first"
    assert [set(segment.vectors) for segment in manifest.segments] == [{"first"}] * 2
    assert has_all_vectors(generation)
    assert meaning(filled, "automobile")[0] == "cars.txt"


def test_a_promotion_changes_no_content_and_tells_what_the_model_learned_from(
    filled: Library,
) -> None:
    pointer = filled.promote("first").pointer
    assert (pointer.content_generation, pointer.trained_generation) == (2, 2)


def test_a_document_that_comes_in_meanwhile_is_embedded_too(
    filled: Library, pointers: RacingPointers
) -> None:
    embedded, embed = counted(filled, "first")
    pointers.rivals.append(lambda: filled.upload("more.txt", "an automobile again", "more"))
    generation = filled.promote("first", embed)
    assert has_all_vectors(generation)
    assert len(embedded) == len(set(embedded)) == 3
    assert set(meaning(filled, "automobile")[:2]) == {"cars.txt", "more.txt"}


def test_a_document_that_is_deleted_meanwhile_stays_deleted(
    filled: Library, pointers: RacingPointers
) -> None:
    pointers.rivals.append(lambda: filled.delete("cars.txt"))
    filled.promote("first")
    assert "cars.txt" not in meaning(filled, "automobile")


def test_a_promotion_that_loses_every_race_says_so(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filled.pointers, "move", lambda *_: False)
    with pytest.raises(CommitConflict):
        filled.promote("first")
    monkeypatch.undo()
    assert filled.manifest.model is None


def test_a_promotion_may_be_repeated_and_embeds_nothing_twice(filled: Library) -> None:
    filled.promote("first")
    embedded, embed = counted(filled, "first")
    generation = filled.promote("first", embed)
    assert embedded == []
    assert has_all_vectors(generation)


def test_a_new_model_replaces_the_old_ones_vectors(filled: Library) -> None:
    filled.promote("first")
    service = filled.service()
    assert service.search(filled.tenant, "automobile", "meaning").hits[0].name == "cars.txt"
    generation = filled.promote("second")
    assert [set(segment.vectors) for segment in generation.manifest.segments] == [{"second"}] * 2
    assert service.search(filled.tenant, "automobile", "meaning").hits[0].name == "cars.txt"


def test_a_request_under_way_keeps_to_the_model_of_its_generation(filled: Library) -> None:
    filled.promote("first")
    before = filled.service()._opened.current(filled.tenant)
    filled.promote("second")
    opened = filled.service()._opened
    vector = opened.embed(before, "automobile")
    assert np.array_equal(vector, filled.embedder("first").embed_queries(["automobile"])[0])
    assert before.passages.digest == "first"
    assert before.words.model_digest == "first"


def test_vectors_of_another_model_are_never_compared(filled: Library) -> None:
    filled.promote("first")
    (segment, _) = filled.manifest.segments
    name = segment.vectors["first"].name
    vectors = PassageVectors.from_file(filled.files.path(filled.tenant, name))
    wrong = replace(vectors, model_digest="another").to_file()
    filled.files.write(filled.tenant, name, wrong)
    with pytest.raises(CorruptIndex):
        meaning(filled, "automobile")


def test_a_segment_without_the_models_vectors_is_found_by_word_alone(filled: Library) -> None:
    late = filled.stage(filled.put("late.txt", "an automobile again", "late"))
    filled.promote("first")
    filled.commit(late)
    assert not has_all_vectors(filled.current())
    assert "late.txt" not in meaning(filled, "automobile")
    assert filled.found("automobile") == {"late.txt"}


def test_missing_vectors_are_made_without_changing_the_model(filled: Library) -> None:
    late = filled.stage(filled.put("late.txt", "an automobile again", "late"))
    filled.promote("first")
    filled.commit(late)
    before = filled.current().pointer
    assert embed_missing(filled.tenant, filled.embed_entry, filled.generations) == 1
    after = filled.current()
    assert has_all_vectors(after)
    assert after.manifest.model is not None
    assert after.manifest.model.digest == "first"
    assert after.pointer.content_generation == before.content_generation
    assert "late.txt" in meaning(filled, "automobile")[:2]
    assert embed_missing(filled.tenant, filled.embed_entry, filled.generations) == 0
    assert filled.current().pointer == after.pointer


def test_missing_vectors_are_kept_though_a_commit_comes_first(
    filled: Library, pointers: RacingPointers
) -> None:
    late = filled.stage(filled.put("late.txt", "an automobile again", "late"))
    filled.promote("first")
    filled.commit(late)
    pointers.rivals.append(lambda: filled.upload("more.txt", "one more", "more"))
    embedded: list[str] = []

    def embed(digest: str, segment: SegmentEntry) -> FileEntry:
        embedded.append(segment.segment_id)
        return filled.embed_entry(digest, segment)

    assert embed_missing(filled.tenant, embed, filled.generations) == 1
    assert len(embedded) == 1
    assert has_all_vectors(filled.current())
    assert filled.found("one") == {"more.txt"}
    assert "late.txt" in meaning(filled, "automobile")


def test_missing_vectors_of_another_model_than_the_one_in_service_are_not_published(
    filled: Library, pointers: RacingPointers
) -> None:
    late = filled.stage(filled.put("late.txt", "an automobile again", "late"))
    filled.promote("first")
    filled.commit(late)
    pointers.rivals.append(lambda: filled.promote("second"))
    assert embed_missing(filled.tenant, filled.embed_entry, filled.generations) == 0
    manifest = filled.current().manifest
    assert {digest for segment in manifest.segments for digest in segment.vectors} == {"second"}


def test_what_there_is_no_time_to_embed_waits_for_the_next_call(filled: Library) -> None:
    staged = [filled.stage(filled.put(f"{n}.txt", "an automobile", "late")) for n in range(2)]
    filled.promote("first")
    for change in staged:
        filled.commit(change)
    missing = sum(not segment.vectors for segment in filled.current().manifest.segments)
    answers = iter([True, *[False] * 9])
    parts = (filled.tenant, filled.embed_entry, filled.generations)
    assert embed_missing(*parts, lambda: next(answers)) == 1
    assert embed_missing(*parts) == missing - 1
    assert has_all_vectors(filled.current())


def test_a_new_document_is_found_by_meaning_at_once(filled: Library) -> None:
    filled.promote("first")
    filled.upload("more.txt", "an automobile again", "more")
    assert set(meaning(filled, "car")[:2]) == {"cars.txt", "more.txt"}
    filled.upload("more.txt", "lunch at noon", "more")
    assert meaning(filled, "car")[0] == "cars.txt"


def test_a_merge_keeps_each_vector_with_its_document(filled: Library) -> None:
    filled.upload("food.txt", "lunch is served at noon", "food")
    filled.promote("first")
    filled.delete("rest.txt")
    embedder = WordEmbedder("first", filled.synonyms)
    query = embedder.embed_queries(["automobile lunch"])[0]
    before = similarities(filled, query)
    filled.compact()
    assert len(filled.manifest.segments) == 1
    assert similarities(filled, query) == pytest.approx(before, abs=1e-6)


def similarities(library: Library, query: np.ndarray) -> dict[str, float]:
    reader = library.reader()
    scores = PassageIndex(reader, library.files).score(query).similarities
    documents = reader.documents(np.flatnonzero(reader.live).tolist())
    return {document.name: float(scores[number]) for number, document in documents.items()}


def test_a_merge_of_segments_without_vectors_is_refused(filled: Library) -> None:
    filled.promote("first")
    merge = partial(merge_vectors, files=filled.files)
    with pytest.raises(CorruptIndex):
        merge_segments(filled.tenant, filled.manifest.segments, filled.files, merge, "second")


def test_a_query_without_a_known_direction_finds_nothing_by_meaning(filled: Library) -> None:
    filled.promote("first")
    answer = filled.service().search(filled.tenant, "。", "meaning")
    assert (answer.hits, answer.total) == ([], 0)


def test_a_segment_has_no_vectors_of_a_model_it_has_not_met(filled: Library) -> None:
    filled.promote("first")
    segment = filled.manifest.segments[0]
    assert read_vectors(filled.tenant, segment, "second", filled.files) is None


def test_the_models_used_last_stay_open(filled: Library) -> None:
    opened: list[str] = []

    def open_model(path: object) -> WordEmbedder:
        opened.append(str(path))
        return WordEmbedder(str(path))

    for number in range(OPEN_MODEL_COUNT + 1):
        filled.files.write(filled.tenant, f"models/m{number}/model.json", b"{}")
    models = ServingModels(filled.files, open_model)
    for _ in range(2):
        models.embedder(filled.tenant, "m0")
    assert len(opened) == 1
    for number in range(1, OPEN_MODEL_COUNT + 1):
        models.embedder(filled.tenant, f"m{number}")
    models.embedder(filled.tenant, f"m{OPEN_MODEL_COUNT}")
    assert len(opened) == OPEN_MODEL_COUNT + 1
    models.embedder(filled.tenant, "m0")
    assert len(opened) == OPEN_MODEL_COUNT + 2
