"""The baseline of a save: settings and one view that reads the session and runs one guarded upsert, nothing else.

The same Python, Django, server, threads, database and options as the site; no middleware but the session's.
"""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from quizsite.settings import *  # noqa: F403

SESSION_ENGINE = "django.contrib.sessions.backends.db"
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
ROOT_URLCONF = __name__
INSTALLED_APPS = [
    "quizzes.apps.QuizzesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
TABLE = (
    "CREATE TABLE IF NOT EXISTS bare_answer (attempt bigint, slot int, learner bigint, response text, revision bigint,"
    " PRIMARY KEY (attempt, slot))"
)
UPSERT = """
INSERT INTO bare_answer (attempt, slot, learner, response, revision)
SELECT %s, %s, %s, %s, %s WHERE EXISTS (SELECT 1 FROM quizzes_attempt WHERE id = %s AND status = 'in_progress')
ON CONFLICT (attempt, slot) DO UPDATE SET response = excluded.response, revision = excluded.revision
WHERE bare_answer.revision < excluded.revision
"""


@login_not_required
def save(request: HttpRequest, pk: int) -> JsonResponse:
    body = json.loads(request.body)
    learner = int(request.session["_auth_user_id"])
    answer = json.dumps(body["answer"])
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [pk, body["slot"], learner, answer, body["revision"], pk])
        saved = cursor.rowcount
    response = JsonResponse({"saved": saved}, status=200 if saved else 409)
    response["Content-Length"] = str(len(response.content))  # as middleware does; or the reply goes out in chunks
    return response


urlpatterns = [path("attempts/<int:pk>/save/", save)]
