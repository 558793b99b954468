"""Questions, quizzes and sources have an owner who stays, and a visibility; notices tell what others did.

What is there keeps working: the site's is used by all, what was published can be seen and copied, a question of another
instructor in a quiz stays at the version that is asked today. Rules no longer draw what colleagues wrote; the owner is told.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

VISIBILITY = [
    ("private", "private: only its owner"),
    ("copy", "copy: others see it and make a copy"),
    ("use", "use: others put it into their quizzes and classes"),
    ("edit", "edit: others change it"),
]


def set_visibility(apps, schema_editor):
    question, quiz = apps.get_model("quizzes", "Question"), apps.get_model("quizzes", "Quiz")
    version = apps.get_model("quizzes", "QuestionVersion")
    published = version.objects.exclude(status="draft").order_by().values("question")
    for model in (question, quiz):
        model.objects.filter(owner=None).update(visibility="use")
    question.objects.filter(owner__isnull=False, pk__in=published).update(visibility="copy")
    quiz.objects.filter(owner__isnull=False, status="published").update(visibility="copy")
    quiz.objects.filter(status="published").update(published_at=Coalesce("edited_at", Value(timezone.now())))


def pin_foreign_questions(apps, schema_editor):
    version = apps.get_model("quizzes", "QuestionVersion")
    ready = version.objects.filter(question=OuterRef("question"), status="ready")
    items = apps.get_model("quizzes", "QuizItem").objects.filter(pinned_version=None, question__owner__isnull=False)
    items.exclude(quiz__owner=F("question__owner")).update(pinned_version=Subquery(ready.values("pk")[:1]))


def tell_of_draws(apps, schema_editor):
    """A line for the owner of each quiz whose rules draw less than before; for administrators, of the site's quizzes."""
    user, notice = apps.get_model("quizzes", "User"), apps.get_model("quizzes", "Notice")
    administrators = list(user.objects.filter(is_superuser=True, is_active=True).values_list("pk", flat=True))
    rows = []
    for quiz in apps.get_model("quizzes", "Quiz").objects.exclude(status="archived"):
        lost = {pk for rule in quiz.items.filter(question=None) for pk in lost_to(rule, quiz, apps)}
        for recipient in [quiz.owner_id] if quiz.owner_id else administrators:
            if lost:
                about = {"quiz": quiz, "details": {"count": len(lost)}, "created_at": timezone.now()}
                rows.append(notice(recipient_id=recipient, kind="draws_lost", **about))
    notice.objects.bulk_create(rows)


def lost_to(rule, quiz, apps):
    """Return the questions that the rule could draw until now, and that are of another owner than its quiz."""
    conditions = {"topic": rule.topic_id, "places__source": rule.source_id, "tags": rule.tag_id}
    conditions |= {"type": rule.type, "difficulty": rule.difficulty, "bloom": rule.bloom}
    questions = apps.get_model("quizzes", "Question").objects.filter(is_archived=False, versions__status="ready")
    questions = questions.filter(**{name: value for name, value in conditions.items() if value})
    return questions.exclude(owner=None).exclude(owner=quiz.owner_id).order_by().values_list("pk", flat=True)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0006_regraded_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="question",
            name="visibility",
            field=models.CharField(
                choices=VISIBILITY,
                default="private",
                max_length=8,
                verbose_name="other instructors may",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="published_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first published"),
        ),
        migrations.AddField(
            model_name="quiz",
            name="visibility",
            field=models.CharField(
                choices=VISIBILITY,
                default="private",
                max_length=8,
                verbose_name="other instructors may",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sources",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="visibility",
            field=models.CharField(
                choices=VISIBILITY,
                default="use",
                max_length=8,
                verbose_name="other instructors may",
            ),
        ),
        migrations.AlterField(
            model_name="question",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="quiz",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quizzes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="quizzes.question",
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("dismissed_at", None)),
                        fields=["recipient", "-created_at"],
                        name="notice_waiting",
                    )
                ],
            },
        ),
        migrations.RunPython(set_visibility, migrations.RunPython.noop),
        migrations.RunPython(pin_foreign_questions, migrations.RunPython.noop),
        migrations.RunPython(tell_of_draws, migrations.RunPython.noop),
    ]
