"""A token is believed only when the issuer signed it, for us, and until it expires."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kotogura.errors import InvalidArgument, TokenKeysUnreachable, Unauthenticated
from kotogura.platform.service.exchange import Request
from kotogura.platform.service.keys import (
    KEEP_SECONDS,
    OUTLIVE_SECONDS,
    PAUSE_SECONDS,
    SigningKeys,
    key_source,
    parse_keys,
)
from kotogura.platform.service.tokens import TokenVerifier

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example"


class Issuer:
    """Whoever signs tokens; its keys can be turned over, and it may be out of reach."""

    def __init__(self) -> None:
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.reads = 0
        self.in_reach = True
        self.turn("one")

    def turn(self, key_id: str) -> None:
        self.keys = {key_id: rsa.generate_private_key(public_exponent=65537, key_size=2048)}

    def read(self) -> bytes:
        self.reads += 1
        if not self.in_reach:
            raise ConnectionError
        entries = [
            jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": key_id}
            for key_id, key in self.keys.items()
        ]
        return json.dumps({"keys": entries}).encode()

    def token(self, key_id: str | None = None, **claims: Any) -> str:
        [(own, key)] = self.keys.items()
        told = {
            "iss": ISSUER,
            "client_id": "app",
            "tenant": "minato-shoji",
            "exp": int(time.time()) + 60,
            "iat": int(time.time()),
        } | claims
        kept = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(kept, key, "RS256", headers={"kid": key_id or own})


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verify(issuer: Issuer, clock: Clock) -> Callable[[str], Mapping[str, str]]:
    verifier = TokenVerifier(SigningKeys(issuer.read, clock), ISSUER, ["app", "other"])
    return lambda token: verifier(Request("GET", "/", "", {"authorization": f"Bearer {token}"}))


def test_the_claims_of_a_valid_token_come_as_text(
    issuer: Issuer, verify: Callable[[str], Mapping[str, str]]
) -> None:
    claims = verify(issuer.token(**{"cognito:groups": ["admin", "member"]}))
    assert claims["tenant"] == "minato-shoji"
    assert claims["cognito:groups"] == "[admin member]"
    assert claims["exp"].isdigit()


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": None},
        {"nbf": 4_000_000_000},
        {"iss": "https://example.com"},
        {"iss": None},
        {"client_id": "somebody"},
        {"client_id": None},
        {"aud": "somebody"},
        {"aud": ["a", "b"]},
        {"aud": []},
        {"aud": {"app": 1}, "client_id": "app"},
    ],
    ids=str,
)
def test_a_token_that_is_late_early_or_for_others_is_refused(
    issuer: Issuer, verify: Callable[[str], Mapping[str, str]], claims: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        verify(issuer.token(**claims))


def test_an_audience_counts_before_the_client(
    issuer: Issuer, verify: Callable[[str], Mapping[str, str]]
) -> None:
    assert verify(issuer.token(aud=["x", "other"], client_id="somebody"))


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_token_that_says_it_has_no_signature_is_refused(
    issuer: Issuer, verify: Callable[[str], Mapping[str, str]]
) -> None:
    _, claims, signature = issuer.token().split(".")
    for algorithm in ("none", "None", "NONE"):
        header = part({"alg": algorithm, "kid": "one"})
        for end in ("", signature):
            with pytest.raises(Unauthenticated):
                verify(f"{header}.{claims}.{end}")


def test_the_public_key_is_no_shared_secret(
    issuer: Issuer, verify: Callable[[str], Mapping[str, str]]
) -> None:
    """The classic: signed by HMAC with the public key, which everybody has."""
    public = (
        issuer.keys["one"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{issuer.token().split('.')[1]}"
    mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    with pytest.raises(Unauthenticated):
        verify(f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}")


def test_a_token_changed_by_one_byte_is_refused(
    issuer: Issuer, verify: Callable[[str], Mapping[str, str]]
) -> None:
    header, claims, signature = issuer.token().split(".")
    other = part(json.loads(base64.urlsafe_b64decode(claims + "==")) | {"tenant": "hoshino-denki"})
    with pytest.raises(Unauthenticated):
        verify(f"{header}.{other}.{signature}")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "Bearer ....", "Bearer 港"]
)
def test_what_is_no_bearer_token_is_refused(issuer: Issuer, header: str) -> None:
    verifier = TokenVerifier(SigningKeys(issuer.read), ISSUER, ["app"])
    with pytest.raises(Unauthenticated):
        verifier(Request("GET", "/", "", {"authorization": header}))


def test_keys_are_read_once_for_many_tokens(
    issuer: Issuer, clock: Clock, verify: Callable[[str], Mapping[str, str]]
) -> None:
    for _ in range(5):
        verify(issuer.token())
    assert issuer.reads == 1
    clock.now += KEEP_SECONDS + 1
    verify(issuer.token())
    assert issuer.reads == 2


def test_a_new_key_is_found_at_once_and_the_withdrawn_one_forgotten(
    issuer: Issuer, clock: Clock, verify: Callable[[str], Mapping[str, str]]
) -> None:
    old = issuer.token()
    verify(old)
    issuer.turn("two")
    clock.now += PAUSE_SECONDS + 1
    assert verify(issuer.token())
    with pytest.raises(Unauthenticated):
        verify(old)


def test_tokens_of_unknown_keys_do_not_make_us_ask_the_issuer_each_time(
    issuer: Issuer, verify: Callable[[str], Mapping[str, str]]
) -> None:
    for number in range(20):
        with pytest.raises(Unauthenticated):
            verify(issuer.token(key_id=f"unknown-{number}"))
    assert issuer.reads == 1


def test_known_keys_outlive_an_outage_but_not_for_ever(
    issuer: Issuer, clock: Clock, verify: Callable[[str], Mapping[str, str]]
) -> None:
    token = issuer.token()
    verify(token)
    issuer.in_reach = False
    clock.now += KEEP_SECONDS + 1
    assert verify(token)
    with pytest.raises(TokenKeysUnreachable):
        verify(issuer.token(key_id="perhaps-new"))
    clock.now += OUTLIVE_SECONDS
    with pytest.raises(TokenKeysUnreachable):
        verify(token)


def test_without_any_keys_nobody_is_turned_away_as_a_stranger(issuer: Issuer) -> None:
    issuer.in_reach = False
    with pytest.raises(TokenKeysUnreachable):
        TokenVerifier(SigningKeys(issuer.read), ISSUER, ["app"]).claims(issuer.token())


def test_a_set_of_keys_may_hold_others_than_ours(issuer: Issuer) -> None:
    listed = json.loads(issuer.read())["keys"]
    [own] = listed
    curve = jwt.algorithms.ECAlgorithm.to_jwk(
        ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True
    )
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"}
    others = [
        curve | {"kid": "curve"},
        secret,
        own | {"kid": "for-encryption", "use": "enc"},
        own | {"kid": "other-algorithm", "alg": "RS512"},
        own | {"kid": "broken", "n": "!"},
        {"kty": "RSA"},
    ]
    assert list(parse_keys(json.dumps({"keys": [*others, own]}).encode())) == ["one"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"keys": 1}', b'{"keys": [1]}', b"<html>"])
def test_what_is_no_set_of_keys_is_told(data: bytes) -> None:
    keys = SigningKeys(lambda: data)
    with pytest.raises(TokenKeysUnreachable):
        keys.get("one")


def test_keys_come_from_a_file_or_over_tls(tmp_path: Path, issuer: Issuer) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(issuer.read())
    for location in (str(file), file.as_uri()):
        assert SigningKeys(key_source(location)).get("one") is not None
    for location in ("http://example.com/jwks.json", "ftp://example.com/jwks.json"):
        with pytest.raises(InvalidArgument):
            key_source(location)
