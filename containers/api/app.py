"""Entry point of the API's container: what gunicorn's workers serve."""

import os

from kotogura.platform.service.draining import is_draining
from kotogura.platform.service.wiring import api_service
from kotogura.platform.service.wsgi import wsgi_application

application = wsgi_application(api_service(os.environ, is_draining))
