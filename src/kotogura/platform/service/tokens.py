"""Access tokens, checked as API Gateway's JWT authorizer checks them."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

import jwt

from kotogura.errors import Unauthenticated
from kotogura.platform.service.exchange import Request
from kotogura.platform.service.keys import SigningKeys

_ALGORITHM = "RS256"  # what Cognito signs with; `none` and secrets shared with us are no signatures
_SIGN_IN = "send a valid access token as `Authorization: Bearer …`"


class VerifyRequest(Protocol):
    """Finds out for whom a request is."""

    def __call__(self, request: Request) -> Mapping[str, str]:
        """Return the claims of the request's token.

        Raises:
            Unauthenticated: when there is none that can be trusted.
            TokenKeysUnreachable: when that can't be told at the moment.
        """


class TokenVerifier:
    """Implements `VerifyRequest`: signature by the issuer's key, issuer, audience and expiry.

    A token is for us when its `aud`, or where it has none its `client_id`, is in `audience`:
    Cognito's access tokens carry the latter.
    """

    def __init__(self, keys: SigningKeys, issuer: str, audience: Collection[str]) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = frozenset(audience)

    def __call__(self, request: Request) -> Mapping[str, str]:
        """Return the claims as text, as API Gateway hands them over; see `VerifyRequest`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(_SIGN_IN)
        return self.claims(token.strip())

    def claims(self, token: str) -> dict[str, str]:
        """Return the claims of `token`. Raises as `VerifyRequest`."""
        try:
            header = jwt.get_unverified_header(token)
            key_id = header.get("kid")
            if header.get("alg") != _ALGORITHM or not isinstance(key_id, str):
                raise Unauthenticated(_SIGN_IN)
            key = self._keys.get(key_id)
            if key is None:
                raise Unauthenticated(_SIGN_IN)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                options={"require": ["exp", "iss"], "verify_aud": False},
            )
        except jwt.exceptions.PyJWTError:
            raise Unauthenticated(_SIGN_IN) from None
        if not self._is_for_us(claims):
            raise Unauthenticated(_SIGN_IN)
        return {name: _as_text(value) for name, value in claims.items()}

    def _is_for_us(self, claims: Mapping[str, Any]) -> bool:
        named = claims.get("aud", claims.get("client_id"))
        values = named if isinstance(named, list) else [named]
        return any(isinstance(value, str) and value in self._audience for value in values)


def _as_text(value: Any) -> str:
    """Return a claim as API Gateway tells it.

    >>> [_as_text(value) for value in ("minato", 1700000000, True, ["admin", "member"])]
    ['minato', '1700000000', 'true', '[admin member]']
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{' '.join(_as_text(one) for one in value)}]"
    return str(value)
