"""Whoever signs access tokens, in memory."""

import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example"
CLIENT = "1h57kf5cpq17m0eml12EXAMPLE"


@cache
def signing_key(name: str) -> rsa.RSAPrivateKey:
    """Return the private key called `name`, the same for the whole process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_set(*names: str) -> bytes:
    """Return the public keys of these names as a JSON Web Key Set."""
    entries = [
        jwt.algorithms.RSAAlgorithm.to_jwk(signing_key(name).public_key(), as_dict=True)
        | {"kid": name, "alg": "RS256", "use": "sig"}
        for name in names
    ]
    return json.dumps({"keys": entries}).encode()


def claims_of(owner: str, /, **changed: Any) -> dict[str, Any]:
    """Return the claims of a user of tenant `owner`; None leaves one out."""
    told = {
        "iss": ISSUER,
        "client_id": CLIENT,
        "token_use": "access",
        "sub": f"user-of-{owner}",
        "tenant": owner,
        "role": "admin",
        "exp": int(time.time()) + 3600,
        "iat": int(time.time()),
    } | changed
    return {name: value for name, value in told.items() if value is not None}


def token_of(owner: str, /, *, key: str = "one", headers: Any = None, **changed: Any) -> str:
    """Return a token for a user of tenant `owner`, signed by the key called `key`."""
    named = {"kid": key} | (headers or {})
    return jwt.encode(claims_of(owner, **changed), signing_key(key), "RS256", headers=named)
