import json
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import setting
from bench.corpus import Passage, Question, cut_passages, read_corpus, read_questions, write_default
from bench.keyword import main


def test_passages_end_where_a_sentence_ends():
    text = "港の朝は早い。" * 100
    passages = cut_passages(text, characters=400)
    assert all(passage.endswith("。") for passage in passages)
    assert {len(passage) for passage in passages[:-1]} == {399}


def test_a_sentence_longer_than_a_passage_is_cut_at_the_limit():
    assert cut_passages("あ" * 950, characters=400) == ["あ" * 400, "あ" * 400, "あ" * 150]


def test_a_line_without_a_full_stop_is_a_sentence_too():
    assert cut_passages("名称\n書式\n説明", characters=6) == ["名称\n書式", "説明"]


@given(st.text("あ。\n 漢a", max_size=200), st.integers(1, 30))
def test_cutting_loses_nothing_but_blanks_and_never_exceeds_the_limit(text, characters):
    passages = cut_passages(text, characters)
    assert "".join("".join(passages).split()) == "".join(text.split())
    assert all(0 < len(passage) <= characters for passage in passages)


def test_a_corpus_is_read_in_the_order_of_its_ids(tmp_path):
    path = tmp_path / "corpus.jsonl"
    rows = [{"id": "b", "title": "港", "text": "船が着く。"}, {"id": "a", "text": "市場が開く。"}]
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    assert read_corpus(path) == [Passage("a", "", "市場が開く。"), Passage("b", "港", "船が着く。")]


def test_a_corpus_with_one_id_twice_is_refused(tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"id": "a", "text": "一"}\n{"id": "a", "text": "二"}\n', "utf-8")
    with pytest.raises(ValueError, match="one id"):
        read_corpus(path)


def test_a_question_keeps_its_own_tabs_and_blank_lines_are_left_out(tmp_path):
    path = tmp_path / "queries.tsv"
    path.write_text("a\t船は\tいつ着くか\r\n\nb\t \n", "utf-8")
    assert read_questions(path) == [Question("a", "船は\tいつ着くか")]


def test_the_default_corpus_is_made_of_both_sources(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    paragraph = {"context": "港 [SEP] 船が着く。", "qas": [{"question": "何が\n着くか"}]}
    squad = {"data": [{"paragraphs": [paragraph]}]}
    (data / "jsquad-valid.json").write_text(json.dumps(squad), "utf-8")
    document = {"id": "man/ls", "title": "LS", "text": "一覧を出す。\n" * 100}
    with lzma.open(data / "debian-docs-ja.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(document) + "\n")
    corpus, queries = write_default(data, tmp_path / "cache")
    assert read_questions(queries) == [Question("jsquad-00000", "何が 着くか")]
    passages = read_corpus(corpus)
    assert passages[-1] == Passage("jsquad-00000", "港", "船が着く。")
    assert [passage.id for passage in passages[:-1]] == ["debian-00000-0000", "debian-00000-0001"]
    assert {passage.title for passage in passages[:-1]} == {"LS"}


@pytest.mark.parametrize("given_options", [["--data", "missing"], ["--corpus", "a.jsonl"]])
def test_missing_inputs_are_told_in_one_line(tmp_path, monkeypatch, capsys, given_options):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setting, "CACHE", tmp_path / "cache")
    with pytest.raises(SystemExit) as stopped:
        main(["--no-lucene", *given_options])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
