"""A Django project of somebody else's into which the API is mounted; settings and URLs in one."""

from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="for-tests",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    KOTOGURA={"POWERTOOLS_SERVICE_NAME": "search-in-django"},
)


def home(_: HttpRequest) -> HttpResponse:
    return HttpResponse("the project's own page")


urlpatterns: list[Any] = [
    path("", home),
    path("kotogura/", include("kotogura.platform.django")),
]
application = get_wsgi_application()
