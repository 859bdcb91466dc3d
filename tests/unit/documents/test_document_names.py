"""Keys, names and ids of documents."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.documents.identity import (
    check_name,
    document_id,
    document_key,
    documents_prefix,
    parse_document_key,
)
from kotogura.errors import InvalidDocumentName, InvalidEvent, InvalidTenantId
from kotogura.tenants.identity import TenantId

MINATO = TenantId("minato-shoji")
ANYTHING = st.text(st.characters(exclude_categories=[]), min_size=1, max_size=80)


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("rules/leave.md", "jxndlgixyqnl4kwtcxwxypszka"),
        ("rules/旅費規程.txt", "vewhbpqkl6xn24e3n4ho2sdgom"),
        ("会議室 予約ルール.txt", "e4357ie7uclia46hy6gc25kmzm"),
        ("", "4oymiquy7qobjgx36tejs35zeq"),
    ],
)
def test_an_id_is_the_same_for_ever(name, identity):
    assert document_id(name) == identity


@given(ANYTHING)
def test_an_id_is_twenty_six_letters_and_digits_that_stay_as_they_are_everywhere(name):
    assert re.fullmatch("[a-z2-7]{26}", document_id(name))
    assert document_id(name) == document_id(name)


@given(ANYTHING, ANYTHING)
def test_different_names_have_different_ids(one, other):
    assert (document_id(one) == document_id(other)) == (one == other)


def test_a_name_in_decomposed_form_is_another_objects():
    assert document_id("か\u3099.txt") != document_id("が.txt")


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "rules/旅費規程.txt",
        "a b+c%20&d=e?.txt",
        "😀.md",
        "a\u3000b.txt",
        "é.txt",
        "x" * 900,
        "長" * 300,
        ".hidden",
        "...",
        "a..b/..c/d..",
        "\U000e0100葛",
    ],
)
def test_a_name_that_people_can_read_passes(name):
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "x" * 901, "長" * 301, "a\x00b", "a\nb.txt", "\t", "a\x7f", "a\x85b", "\ud800"),
        *("a/", "/", ".", "..", "./a", "a/./b", "a/../b", "../../minato-shoji/documents/a.txt"),
    ],
)
def test_a_name_that_they_can_not_is_refused(name):
    with pytest.raises(InvalidDocumentName):
        check_name(name)
    with pytest.raises(InvalidDocumentName):
        document_key(MINATO, name)


def test_the_longest_name_of_the_longest_tenant_fits_into_a_key():
    key = document_key(TenantId("x" * 32), "長" * 300)
    assert len(key.encode()) <= 1024


@given(ANYTHING)
def test_a_key_is_split_into_what_it_was_made_of(name):
    try:
        key = document_key(MINATO, name)
    except InvalidDocumentName:
        return
    assert parse_document_key(key) == (MINATO, name)
    assert key.startswith(documents_prefix(MINATO))


@pytest.mark.parametrize(
    "key", ["", "/", "minato-shoji/", "minato-shoji/documents", "minato-shoji/documents/", "a/b/c"]
)
def test_a_key_outside_the_tenants_documents_is_refused(key):
    with pytest.raises(InvalidEvent):
        parse_document_key(key)


@pytest.mark.parametrize("key", ["../documents/a", "Minato/documents/a", "/documents/a"])
def test_a_key_of_no_possible_tenant_is_refused(key):
    with pytest.raises(InvalidTenantId):
        parse_document_key(key)


def test_one_tenants_prefix_never_holds_anothers_documents():
    assert not document_key(TenantId("minato-2"), "a").startswith(
        documents_prefix(TenantId("minato"))
    )
