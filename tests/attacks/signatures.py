"""What S3 does with a presigned URL: whether the signature fits the request.

AWS's Signature Version 4 by query parameters:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from tests.memory.objects import ACCESS_KEY, SECRET_KEY


def fits(method: str, url: str, headers: Mapping[str, str]) -> bool:
    """Return whether S3 would take a request of `method` to `url`, as a client sent it."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = dict(pairs)
    scope = query.get("X-Amz-Credential", "").split("/")
    if len(query) != len(pairs) or query.get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256":
        return False
    if len(scope) != 5 or scope[0] != ACCESS_KEY:
        return False
    sent = {name.lower(): value for name, value in headers.items()} | {"host": parts.netloc}
    names = query["X-Amz-SignedHeaders"].split(";")
    signed = sorted(pair for pair in query.items() if pair[0] != "X-Amz-Signature")
    request = "\n".join([
        method,
        parts.path,
        "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in signed),
        *(f"{name}:{sent.get(name, '')}" for name in names),
        "",
        ";".join(names),
        "UNSIGNED-PAYLOAD",
    ])  # fmt: skip
    digest = hashlib.sha256(request.encode()).hexdigest()
    told = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], "/".join(scope[1:]), digest])
    key = f"AWS4{SECRET_KEY}".encode()
    for part in scope[1:]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    wanted = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, query.get("X-Amz-Signature", ""))
