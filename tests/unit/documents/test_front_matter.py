"""Markdown that begins with YAML about itself."""

import pytest

from kotogura.documents.html import read_markdown
from kotogura.documents.limits import Budget
from kotogura.documents.text import FormattedText

TOLD = """---
title: "旅費 & 宿泊"
date: 2026-11-01
tags: [総務, 出張]
draft: false
description: 出張するときの決まりです。
---
"""


def read(text: str) -> FormattedText:
    return read_markdown(text, Budget())


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
def test_it_tells_title_and_fields_and_its_texts_are_found(break_: str) -> None:
    found = read((TOLD + "日当は二千円。\n").replace("\n", break_))
    assert found.title == "旅費 & 宿泊"
    assert found.body.split("\n\n") == [
        "2026-11-01",
        "総務",
        "出張",
        "出張するときの決まりです。",
        "日当は二千円。",
    ]
    assert found.metadata["tag"] == ["総務", "出張"]
    assert found.metadata["draft"] == [False]
    assert "title" not in found.metadata


def test_a_heading_that_repeats_the_title_counts_once() -> None:
    found = read(TOLD + "# 旅費 & 宿泊\n\n日当は二千円。\n")
    assert (found.title, found.body.count("宿泊")) == ("旅費 & 宿泊", 0)


def test_another_heading_stays_a_heading() -> None:
    found = read(TOLD + "# 第一章\n\n日当は二千円。\n")
    assert found.title == "旅費 & 宿泊"
    assert [section.heading for section in found.sections] == ["第一章"]
    assert found.body.endswith("\n\n第一章\n\n日当は二千円。")


@pytest.mark.parametrize(
    "text",
    [
        "---\n日当は二千円。\n---\n宿泊は一万円。\n",
        "---\nあ: [い\n---\nう\n",
        "---\nあ: &x い\nう: *x\n---\nえ\n",
        "---\nあ: い\n",
        "本文。\n---\nあ: い\n---\n",
        f"---\n{'[' * 9_000}\n---\nあ\n",
        f"---\nあ: {'9' * 5_000}\n---\nい\n",
        f"---\nあ: {'い' * 20_000}\n---\nう\n",
    ],
    ids=["prose", "broken", "an alias", "open", "below", "nested", "a number", "long"],
)
def test_what_tells_nothing_is_text_and_nothing_of_it_is_lost(text: str) -> None:
    found = read(text)
    assert not found.metadata
    for sign in "日宿あいうえ9":
        assert text.count(sign) == found.title.count(sign) + found.body.count(sign)


def test_a_title_that_is_no_text_is_a_value_like_others() -> None:
    found = read("---\ntitle: 2026\n---\n本文。\n")
    assert (found.title, found.body) == ("", "2026\n\n本文。")
