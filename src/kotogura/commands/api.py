"""The HTTP API as a command calls it."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from kotogura.commands.errors import RequestFailed

_TIMEOUT_SECONDS = 60.0


class Api:
    """Calls the API of one deployment as one user."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url
        self._token = token
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT_SECONDS)

    def search(
        self,
        query: str,
        mode: str | None,
        limit: int = 10,
        filters: Sequence[str] = (),
        sort: str | None = None,
    ) -> dict[str, Any]:
        """Return what `GET /search` answers."""
        parameters = [("q", query), ("limit", str(limit))]
        parameters += [(name, value) for name, value in (("mode", mode), ("sort", sort)) if value]
        parameters += [("filter", one) for one in filters]
        return self.call("GET", f"/search?{urlencode(parameters)}")

    def similar_to_text(self, text: str, limit: int = 10) -> dict[str, Any]:
        """Return what `POST /similar` answers."""
        return self.call("POST", "/similar", {"text": text, "limit": limit})

    def similar_words(self, word: str, limit: int = 10) -> dict[str, Any]:
        """Return what `GET /words/{word}/similar` answers."""
        return self.call("GET", f"/words/{quote(word, safe='')}/similar?limit={limit}")

    def start_training(self) -> dict[str, Any]:
        """Return what `POST /trainings` answers."""
        return self.call("POST", "/trainings")

    def call(
        self, method: str, path: str, body: Any = None, *, csv: str | None = None
    ) -> dict[str, Any]:
        """Send one request, with `body` as JSON or `csv` as it is, and return its JSON.

        Raises:
            RequestFailed: with the problem's detail, or why there was no answer.
        """
        headers = {"Authorization": f"Bearer {self._token}"}
        content: dict[str, Any] = {} if body is None else {"json": body}
        if csv is not None:
            headers["Content-Type"] = "text/csv; charset=utf-8"
            content = {"body": csv.encode()}
        try:
            response = self._pool.request(
                method, self._base_url.rstrip("/") + path, headers=headers, **content
            )
        except urllib3.exceptions.HTTPError as error:
            raise RequestFailed(f"the API can't be reached ({type(error).__name__})") from error
        text = response.data.decode("utf-8", "replace")
        try:
            answer: Any = json.loads(text) if text else {}
        except ValueError:
            answer = {}
        if response.status >= 400:
            detail = answer.get("detail") or answer.get("message") or "no detail"
            raise RequestFailed(f"the API answered {response.status}: {detail}")
        return answer if isinstance(answer, dict) else {"items": answer}
