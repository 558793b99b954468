"""The application and the admin site it brings."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.contrib.admin.apps import AdminConfig
from django.db.models import Model
from django.db.models.signals import post_migrate


def store_limits(sender: AppConfig, apps: Apps | None = None, **kwargs: object) -> None:
    """Give published quizzes their computed limit, where the tables are those of this version."""
    from quizzes.services import time_limits

    if apps is not None and all(_is_as_here(model, apps) for model in sender.get_models()):
        time_limits.store_all_missing()


def _is_as_here(model: type[Model], apps: Apps) -> bool:
    """Return whether a table has the columns that the program knows: migrations may have stopped halfway."""
    try:
        there = apps.get_model(model._meta.label)
    except LookupError:  # only tables of other applications were migrated
        return False
    return {field.name for field in there._meta.fields} == {field.name for field in model._meta.fields}


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = "Quizsite"

    def ready(self) -> None:
        from quizzes import checks  # noqa: F401

        post_migrate.connect(store_limits, sender=self)


class QuizsiteAdminConfig(AdminConfig):
    default_site = "quizzes.admin.site.QuizsiteAdmin"

    def ready(self) -> None:
        super().ready()
        from quizzes.admin import registry  # noqa: F401
