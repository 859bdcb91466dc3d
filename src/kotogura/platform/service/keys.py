"""The public keys of whoever issues tokens, fetched rarely and kept through an outage."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import urllib3

from kotogura.errors import InvalidArgument, TokenKeysUnreachable

KEEP_SECONDS = 3600.0
"""After so long the keys are fetched again, though all tokens name known ones."""
PAUSE_SECONDS = 30.0
"""A token that names an unknown key makes the keys be fetched, but never more often than this."""
OUTLIVE_SECONDS = 86_400.0
"""How long keys are believed when they can't be fetched any more."""
_LIMIT_BYTES = 262_144
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

ReadKeys = Callable[[], bytes]


def key_source(location: str) -> ReadKeys:
    """Return what reads a JSON Web Key Set: an `https:` address, or a file's path.

    Raises:
        InvalidArgument: for an address by which anybody on the way could put in keys of his own.
    """
    address = urlsplit(location)
    if address.scheme == "https" or (address.scheme == "http" and address.hostname in _LOOPBACK):
        pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=2, read=3))
        return lambda: _fetch(pool, location)
    if address.scheme in ("", "file"):
        return lambda: Path(address.path).read_bytes()
    raise InvalidArgument("KOTOGURA_TOKEN_KEYS must be an https address or a file")


def _fetch(pool: urllib3.PoolManager, location: str) -> bytes:
    answer = pool.request("GET", location, preload_content=False, redirect=False)
    try:
        data = answer.read(_LIMIT_BYTES + 1)
    finally:
        answer.drain_conn()
        answer.release_conn()
    if answer.status != 200 or len(data) > _LIMIT_BYTES:
        raise ValueError(f"the issuer answered {answer.status}")
    return data


class SigningKeys:
    """Keys by their id. Several threads may ask; one of them fetches while the others wait."""

    def __init__(self, read: ReadKeys, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._read_at = self._tried_at = float("-inf")

    def get(self, key_id: str) -> jwt.PyJWK | None:
        """Return the key, or None when the issuer has no such key.

        A key that was withdrawn is forgotten after `KEEP_SECONDS`; a new one is found at once.

        Raises:
            TokenKeysUnreachable: when that can't be told, since the keys can't be fetched.
        """
        with self._lock:
            now = self._clock()
            stale = now - self._read_at > KEEP_SECONDS
            if (stale or key_id not in self._keys) and now - self._tried_at > PAUSE_SECONDS:
                self._renew(now)
            known = now - self._read_at <= OUTLIVE_SECONDS
            failed = self._tried_at > self._read_at
            found = self._keys.get(key_id) if known else None
            if found is None and failed:
                raise TokenKeysUnreachable("tokens can't be checked at the moment; try again")
            return found

    def _renew(self, now: float) -> None:
        self._tried_at = now
        try:
            self._keys = parse_keys(self._read())
        except (OSError, ValueError, urllib3.exceptions.HTTPError):
            return  # told by `get`, unless the keys that are there will do
        self._read_at = now


def parse_keys(data: bytes) -> dict[str, jwt.PyJWK]:
    """Return the keys for RS256 of a JSON Web Key Set. Raises ValueError when it is none.

    Keys of other kinds are left out, so that a set may hold some that we don't know.
    """
    told = json.loads(data)
    listed = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise ValueError("no JSON Web Key Set")
    keys: dict[str, jwt.PyJWK] = {}
    for entry in listed:
        usable = entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig" and "d" not in entry
        if usable and "kid" in entry and entry.get("alg", "RS256") == "RS256":
            try:
                keys[str(entry["kid"])] = jwt.PyJWK(entry, algorithm="RS256")
            except jwt.exceptions.PyJWTError:
                continue
    return keys
