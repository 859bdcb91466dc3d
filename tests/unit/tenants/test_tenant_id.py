import copy
import json
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.errors import InvalidTenantId
from kotogura.tenants.identity import TenantId

RULE = r"[a-z0-9](?:[a-z0-9-]{1,30}[a-z0-9])"


@pytest.mark.parametrize("value", ["abc", "a1b", "0-9", "minato-shoji", "a--b", "x" * 32])
def test_an_id_of_three_to_thirty_two_small_letters_digits_and_inner_hyphens_is_one(value):
    assert TenantId(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ab",
        "x" * 33,
        "-ab",
        "ab-",
        "Abc",
        "a_b",
        "a.b",
        "a/b",
        "../a",
        "a b",
        " abc",
        "abc\n",
        "港商事",
        "ａｂｃ",
        "abc１",
        "ab\u200bc",
        "a\x00b",
        "TENANT#abc",
    ],
)
def test_anything_else_is_refused(value):
    with pytest.raises(InvalidTenantId):
        TenantId(value)


@pytest.mark.parametrize("value", [None, 123, b"abc", ["a", "b", "c"]])
def test_what_is_no_text_is_refused_too(value):
    with pytest.raises(InvalidTenantId):
        TenantId(value)


def test_the_refusal_does_not_repeat_what_was_given():
    with pytest.raises(InvalidTenantId) as refused:
        TenantId("<script>alert(1)</script>")
    assert "script" not in refused.value.detail


@given(st.from_regex(RULE, fullmatch=True))
def test_every_id_of_the_rule_is_safe_in_a_path_and_in_a_key(value):
    tenant = TenantId(value)
    assert not set(tenant) & set("/\\.#% ")
    assert f"{tenant}/documents/" == value + "/documents/"


@given(st.text(max_size=40))
def test_an_id_is_granted_exactly_by_the_rule(value):
    try:
        granted = TenantId(value) == value
    except InvalidTenantId:
        granted = False
    assert granted == (re.fullmatch(RULE, value) is not None)


def test_a_tenant_id_travels_as_plain_text():
    tenant = TenantId("minato-shoji")
    assert json.dumps({"tenant": tenant}) == '{"tenant": "minato-shoji"}'
    assert {tenant: 1}["minato-shoji"] == 1
    assert pickle.loads(pickle.dumps(tenant)) == copy.copy(tenant) == TenantId(tenant)  # noqa: S301


def test_its_representation_tells_it_from_plain_text():
    assert repr(TenantId("abc")) == "TenantId('abc')"
