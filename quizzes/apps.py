"""The application and the admin site it brings."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = "Quizsite"

    def ready(self) -> None:
        from quizzes import checks  # noqa: F401


class QuizsiteAdminConfig(AdminConfig):
    default_site = "quizzes.admin.site.QuizsiteAdmin"

    def ready(self) -> None:
        super().ready()
        from quizzes.admin import registry  # noqa: F401
