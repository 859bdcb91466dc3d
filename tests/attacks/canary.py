"""A tenant's canary: a word that stands in all it has, and nowhere else.

Whoever sees it in what another tenant gets has seen something cross.
"""

import base64
import re
import unicodedata
from urllib.parse import unquote

SECRET = "zqvx"
"""Stands in every word of the victim's that the attacker can't know."""
KNOWN = "kanaria"
"""Stands beside the secret, and is what an attacker may guess and ask for."""
_CODED = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


def shows(text: str) -> bool:
    """Return whether `text` holds the secret, in the open or in base64 or percent-encoded.

    >>> shows("ＺＱＶＸ"), shows("wrapped: " + base64.b64encode(b"[zqvx]").decode()), shows("kana")
    (True, True, False)
    """
    return any(
        SECRET in unicodedata.normalize("NFKC", reading).casefold() for reading in _readings(text)
    )


def _readings(text: str) -> list[str]:
    found = [text, unquote(text)]
    for coded in _CODED.findall(text):
        padded = coded.rstrip("=").replace("-", "+").replace("_", "/")
        if len(padded) % 4 != 1:
            data = base64.b64decode(padded + "=" * (-len(padded) % 4))
            found.append(data.decode("utf-8", "replace"))
    return found
