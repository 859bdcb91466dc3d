"""The API as URL patterns of a Django project.

    urlpatterns = [path("kotogura/", include("kotogura.platform.django"))]

Settings have the names that they have in the environment, and may stand in the dictionary
`KOTOGURA` of Django's settings, which comes first. The routes are no form's target and take no
cookies, so Django's protection against forged requests does not apply to them.
"""

import os
from functools import cache
from typing import Any

from django import conf
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from kotogura.platform.service.api import ApiService
from kotogura.platform.service.exchange import Request
from kotogura.platform.service.logs import tell
from kotogura.platform.service.wiring import api_service


@cache
def service() -> ApiService:
    """Return the API, wired when the first request comes. Raises InvalidArgument."""
    tell()
    return api_service({**os.environ, **getattr(conf.settings, "KOTOGURA", {})})


def answer(request: HttpRequest, path: str) -> Any:
    """Answer a request below the place where the patterns are mounted."""
    answered = service().answer(_request(request, path))
    response = HttpResponse(answered.body, status=answered.status, content_type="")
    del response["Content-Type"]
    # Else Django logs the path, and of a failure the query string: what people search for.
    response._has_been_logged = True  # noqa: SLF001
    for name, value in answered.headers:
        if name.lower() == "set-cookie":
            response.cookies.load(value)
        else:
            response[name] = value
    return response


def _request(request: HttpRequest, path: str) -> Request:
    # Not `request.body`: that one has a limit of its own and answers it by a page.
    return Request(
        method=request.method or "",
        path=f"/{path}",
        query=request.META.get("QUERY_STRING", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        read=request.read,
        source=request.META.get("REMOTE_ADDR", ""),
    )


urlpatterns = [re_path(r"^(?P<path>(?s:.*))$", csrf_exempt(answer))]
