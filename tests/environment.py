"""Settings of the test process, set before Django reads them (a pytest plugin, loaded by `-p`)."""

import os
import tempfile

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's own loop runs beside the ORM
os.environ["SECRET_KEY"] = "tests-only-" + "x" * 50
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="quizsite-tests-")
os.environ["STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ.pop("SITE_URL", None)
os.makedirs(os.path.join(os.environ["DATA_DIR"], "static"))  # collected assets would be here
