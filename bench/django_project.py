"""A Django project with nothing but the API in it, for `python -m bench.platforms`."""

from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, SECRET_KEY="of-no-use")  # noqa: S106

urlpatterns: list[Any] = [path("kotogura/", include("kotogura.platform.django"))]
application = get_wsgi_application()
