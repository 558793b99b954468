"""ASGI entry point, for servers that need one; WSGI is the measured choice."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
application = get_asgi_application()
