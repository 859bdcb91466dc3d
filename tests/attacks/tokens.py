"""Token tricks: signatures, claims and places where a tenant might be named beside the token."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization

from tests.attacks.attack import Attack, request
from tests.attacks.world import ATTACKER, VICTIM, World
from tests.memory.issuer import CLIENT, ISSUER, claims_of, key_set, signing_key, token_of


def _part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unsigned(algorithm: str, signature: str = "") -> str:
    return f"{_part({'alg': algorithm, 'kid': 'one'})}.{_part(claims_of(VICTIM))}.{signature}"


def _public(encoding: serialization.Encoding) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return signing_key("one").public_key().public_bytes(encoding, form)


def _by_secret(secret: bytes, algorithm: str = "HS256", digest: Any = hashlib.sha256) -> str:
    signed = f"{_part({'alg': algorithm, 'kid': 'one'})}.{_part(claims_of(VICTIM))}"
    return f"{signed}.{_part(hmac.new(secret, signed.encode(), digest).digest())}"


def _tampered(**claims: Any) -> str:
    header, _, signature = token_of(ATTACKER).split(".")
    return f"{header}.{_part(claims_of(ATTACKER, **claims))}.{signature}"


def _strange(kid: Any = "one", key: str = "strange", **headers: Any) -> str:
    """Return a token for the victim that a key of the attacker's own signed."""
    told = {"kid": kid, **headers}
    if isinstance(kid, str):
        return jwt.encode(claims_of(VICTIM), signing_key(key), "RS256", headers=told)
    signed = f"{_part({'alg': 'RS256', **told})}.{_part(claims_of(VICTIM))}"
    return f"{signed}.{token_of(VICTIM).split('.')[2]}"


def _own_key_set() -> Any:
    return json.loads(key_set("strange"))["keys"][0]


FORGED: dict[str, Callable[[], str]] = {
    "no token": lambda: "",
    "a word": lambda: "nonsense",
    "three words": lambda: "a.b.c",
    "dots alone": lambda: "..",
    "alg none": lambda: _unsigned("none"),
    "alg None": lambda: _unsigned("None"),
    "alg NONE": lambda: _unsigned("NONE"),
    "alg nOnE": lambda: _unsigned("nOnE"),
    "alg empty": lambda: _unsigned(""),
    "alg none with a signature": lambda: _unsigned("none", token_of(ATTACKER).split(".")[2]),
    "alg RS256 without a signature": lambda: _unsigned("RS256"),
    "alg RS256 with another token's signature": lambda: _unsigned(
        "RS256", token_of(ATTACKER).split(".")[2]
    ),
    "HS256 with the public key in PEM": lambda: _by_secret(_public(serialization.Encoding.PEM)),
    "HS256 with the public key in DER": lambda: _by_secret(_public(serialization.Encoding.DER)),
    "HS256 with the key set": lambda: _by_secret(key_set("one")),
    "HS256 with an empty secret": lambda: _by_secret(b""),
    "HS384 with the public key": lambda: _by_secret(
        _public(serialization.Encoding.PEM), "HS384", hashlib.sha384
    ),
    "HS512 with the public key": lambda: _by_secret(
        _public(serialization.Encoding.PEM), "HS512", hashlib.sha512
    ),
    "tenant swapped": lambda: _tampered(tenant=VICTIM),
    "tenant added to": lambda: _tampered(tenant=[ATTACKER, VICTIM]),
    "expiry moved": lambda: _tampered(exp=4102444800),
    "role raised": lambda: _tampered(role="admin", tenant=VICTIM),
    "known key id, strange key": _strange,
    "unknown key id": lambda: _strange("two"),
    "key id is a path": lambda: _strange("../../../dev/null"),
    "key id is SQL": lambda: _strange("' UNION SELECT 'x' --"),
    "key id is an address": lambda: _strange("https://example.com/keys"),
    "key id is a list": lambda: _strange(["one"]),
    "key id is null": lambda: _strange(None),
    "key in the header": lambda: _strange(jwk=_own_key_set()),
    "key set's address in the header": lambda: _strange(jku="https://example.com/jwks.json"),
    "certificate's address in the header": lambda: _strange(x5u="https://example.com/a.pem"),
    "certificate in the header": lambda: _strange(x5c=["MIIB"]),
    "expired": lambda: token_of(VICTIM, exp=1),
    "without expiry": lambda: token_of(VICTIM, exp=None),
    "not valid yet": lambda: token_of(VICTIM, nbf=4102444800),
    "of another issuer": lambda: token_of(VICTIM, iss="https://example.com"),
    "of an issuer that begins alike": lambda: token_of(VICTIM, iss=f"{ISSUER}.example.com"),
    "of no issuer": lambda: token_of(VICTIM, iss=None),
    "for another client": lambda: token_of(VICTIM, client_id="another"),
    "for no client": lambda: token_of(VICTIM, client_id=None),
    "for a client that begins alike": lambda: token_of(VICTIM, client_id=f"{CLIENT}x"),
    "for another audience": lambda: token_of(VICTIM, aud="another"),
    "for a list of other audiences": lambda: token_of(VICTIM, aud=["another", "third"]),
    "a part too many": lambda: f"{token_of(VICTIM)}.x",
    "five parts": lambda: f"{token_of(VICTIM)}.x.y",
    "two tokens": lambda: f"{token_of(ATTACKER)}, Bearer {_unsigned('none')}",
    "JSON serialisation": lambda: json.dumps({"payload": _part(claims_of(VICTIM))}),
    "an id token": lambda: token_of(
        VICTIM, tenant=None, aud=CLIENT, token_use="id", **{"custom:tenant": VICTIM}
    ),
}

ODD_TENANTS: dict[str, Any] = {
    "two tenants": [ATTACKER, VICTIM],
    "one in a list": [VICTIM],
    "an object": {"id": VICTIM},
    "joined by a comma": f"{ATTACKER},{VICTIM}",
    "in capitals": VICTIM.upper(),
    "in wide letters": "ｍｉｎａｔｏ-ｓｈｏｊｉ",
    "with a line end": f"{VICTIM}\n",
    "with a blank": f" {VICTIM}",
    "with a nought": f"{VICTIM}\x00",
    "a path": f"{ATTACKER}/../{VICTIM}",
    "a slash": f"{VICTIM}/",
    "a star": "*",
    "a number": 7,
    "empty": "",
}

NAMED_ELSEWHERE = {
    "in a header": {"X-Tenant": VICTIM, "X-Tenant-Id": VICTIM, "Tenant": VICTIM},
    "in the gateway's headers": {
        "X-Amzn-Oidc-Data": _part(claims_of(VICTIM)),
        "X-Amzn-Oidc-Identity": VICTIM,
        "X-Apigateway-Context": json.dumps({"authorizer": {"jwt": {"claims": {"tenant": VICTIM}}}}),
    },
    "in a cookie": {"Cookie": f"tenant={VICTIM}; authorization={_unsigned('none')}"},
    "in a proxy's headers": {"X-Forwarded-User": VICTIM, "Forwarded": f"for={VICTIM}"},
    "in another authorization": {"Proxy-Authorization": f"Bearer {_unsigned('none')}"},
}


def _refused(make: Callable[[], str]) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        for method, path in (("GET", "/search"), ("GET", "/documents")):
            seen = world.ask(method, path, [("q", "kanaria")], token=make())
            assert seen.status == 401, f"{seen.status}: {seen.body[:300]}"

    return carry_out


def _odd(value: Any) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        for path in ("/search", "/documents"):
            token = token_of(ATTACKER, tenant=value)
            seen = world.ask("GET", path, [("q", "kanaria")], token=token)
            assert seen.status in {400, 401}, f"{seen.status}: {seen.body[:300]}"

    return carry_out


ATTACKS = (
    *(Attack(f"token: {name}", _refused(make)) for name, make in FORGED.items()),
    *(Attack(f"a tenant that is {name}", _odd(value)) for name, value in ODD_TENANTS.items()),
    *(
        request(f"tenant {name}", "GET", "/search", [("q", "kanaria")], answers={200},
                headers=headers)
        for name, headers in NAMED_ELSEWHERE.items()
    ),
    request("tenant in the query", "GET", "/search", "q=kanaria&tenant=$victim", answers={200}),
    request("tenant twice in the query", "GET", "/documents", "tenant=$victim&tenant=minato",
            answers={200}),
    request("tenant in a body", "POST", "/similar", body={"text": "kanaria", "tenant": "$victim"},
            answers={200}),
    request("claims in a body", "PUT", "/synonyms", body={"text": "a, b", "tenant": "$victim",
            "requestContext": {"authorizer": {"jwt": {"claims": {"tenant": VICTIM}}}}},
            answers={200}),
    request("token in the query", "GET", "/search", f"q=kanaria&access_token={_unsigned('none')}",
            answers={401}, headers={"authorization": ""}),
)  # fmt: skip
