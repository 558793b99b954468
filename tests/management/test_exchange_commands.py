"""The commands that bring questions in and out and check them: what they print, and what they leave alone."""

import json
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from quizzes.models import ImportDraft, Question, QuestionVersion, Source
from tests import factories
from tests.lint.samples import SINGLE, TEXT

pytestmark = pytest.mark.django_db
ROW: dict[str, Any] = SINGLE | {
    "id": "vell-001",
    "type": "single_choice",
    "topic": "harbour",
    "sources": [{"document": "chronicle", "paragraph": 2, "evidence": "Dutch engineers in 1874"}],
}


@pytest.fixture(autouse=True)
def chronicle(tmp_path: Path) -> Source:
    source = Source.objects.create(slug="chronicle", title="Chronicle of Vell", kind="chronicle")
    call_command("fingerprint_source", "chronicle", written(tmp_path, TEXT, "chronicle.txt"), stdout=StringIO())
    source.refresh_from_db()
    return source


def written(folder: Path, value: Any, name: str = "bank.json") -> str:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


def run(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_nothing_is_written_without_yes(tmp_path: Path) -> None:
    said = run("import_questions", written(tmp_path, [ROW]))
    assert "1 new, 0 changed, 0 unchanged, 0 refused." in said
    assert "new topics: harbour" in said
    assert "Nothing was written." in said
    assert "has no undo" in said
    assert not Question.objects.exists()


def test_yes_imports_drafts_and_publish_publishes(tmp_path: Path) -> None:
    path = written(tmp_path, [ROW])
    assert "1 questions imported, as drafts." in run("import_questions", path, "--yes")
    assert QuestionVersion.objects.get().status == "draft"
    assert "1 questions imported, published." in run("import_questions", path, "--yes", "--publish")
    assert QuestionVersion.objects.get().status == "ready"
    assert "There is nothing to import." in run("import_questions", path, "--publish")


def test_what_is_refused_is_named_and_stops_the_import(tmp_path: Path) -> None:
    path = written(tmp_path, [ROW, ROW | {"id": "vell-002", "stem": ""}])
    out = StringIO()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_questions", path, "--yes", stdout=out, stderr=out)
    assert "refused: question 2 (vell-002), stem: is empty" in out.getvalue()
    assert not Question.objects.exists()
    run("import_questions", path, "--yes", "--skip-refused")
    assert Question.objects.count() == 1


def test_an_instructors_import_is_theirs_and_is_undone_by_its_number(tmp_path: Path) -> None:
    ada = factories.user("ada", is_staff=True)
    path = written(tmp_path, "Which organ authorizes a mission? {=The Council ~The Secretariat}", "bank.gift")
    wanted = ("import_questions", path, "--owner", "ada", "--topic", "Organs", "--tag", "Exam prep", "--publish")
    assert "1 new, 0 copied from a colleague, 0 changed, 0 there already, 0 refused." in run(*wanted)
    assert not ImportDraft.objects.exists()
    assert not Question.objects.exists()
    said = run(*wanted, "--quiz", "Organs", "--yes")
    assert "1 question imported, published; 0 there already." in said
    assert "quiz “Organs” with 1 items, published" in said
    question = Question.objects.get()
    assert (question.owner, str(question.topic), question.tags.get().slug) == (ada, "Organs", "exam-prep")
    number = str(ImportDraft.objects.get().pk)
    assert f"--undo {number}" in said
    assert "Nothing was undone." in run("import_questions", "--undo", number)
    assert "1 removed, 0 as before." in run("import_questions", "--undo", number, "--yes")
    assert not Question.objects.exists()
    with pytest.raises(CommandError, match="nothing to undo"):
        run("import_questions", "--undo", number, "--yes")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--owner", "nobody"], "There is no user “nobody”."),
        (["--owner", "sam"], "Only instructors import questions."),
        (["--topic", "Organs"], "need --owner"),
        (["--owner", "ada"], "Nothing was imported. Fix what is refused"),
        (["--undo", "99", "--yes"], "There is no import 99"),
    ],
)
def test_what_cannot_be_imported_for_someone_is_a_sentence(tmp_path: Path, args: list[str], sentence: str) -> None:
    factories.user("sam")
    factories.user("ada", is_staff=True)
    path = written(tmp_path, [ROW, ROW | {"id": "vell-002", "stem": ""}])
    with pytest.raises(CommandError, match=sentence):
        run("import_questions", path, *args)
    assert not ImportDraft.objects.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing.json", "cannot be read: No such file"),
        ("bank.doc", "cannot be read"),
        ("", "cannot be read: Is a directory"),
    ],
)
def test_a_file_that_cannot_be_opened_is_a_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("import_questions", str(tmp_path / name), "--format", "json")


def test_an_unknown_form_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="name it with --format"):
        run("import_questions", written(tmp_path, "?", "bank.doc"))


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("bank.csv", "Question,Option A,Option B,Correct\nWho?,a,b,A\n", "Table"),
        ("bank.txt", "Who?\nA. a\nB. b\nANSWER: A\n", "Aiken"),
        ("bank.xml", "<quiz><question type='truefalse'/></quiz>", "Moodle XML"),
    ],
)
def test_the_form_of_a_file_is_told_by_its_content_and_named(
    tmp_path: Path, name: str, content: str, format: str
) -> None:
    out = StringIO()
    with suppress(CommandError):
        call_command("import_questions", written(tmp_path, content, name), stdout=out, stderr=out)
    assert out.getvalue().startswith(f"Read as {format}")


def test_plain_text_is_read_in_the_encoding_it_has_or_that_is_chosen(tmp_path: Path) -> None:
    path, out = tmp_path / "bank.gift", StringIO()
    path.write_bytes("Où siège le Conseil, été comme hiver? {=À New York ~À Genève}".encode("cp1252"))
    call_command("import_questions", str(path), stdout=out)
    assert "in Western European (Windows)" in out.getvalue()
    with pytest.raises(CommandError, match="not UTF-8 all through"):
        call_command("import_questions", str(path), encoding="utf-8", stdout=out)


def test_the_bank_comes_back_as_it_went_out(tmp_path: Path) -> None:
    run("import_questions", written(tmp_path, [ROW]), "--yes", "--publish")
    path = str(tmp_path / "out.json")
    assert "1 questions written" in run("export_questions", "--output", path)
    exported = json.loads(Path(path).read_text(encoding="utf-8"))
    assert (exported["format"], exported["version"]) == ("quizsite-questions", 1)
    assert exported["questions"][0]["stem"] == ROW["stem"]
    assert "0 new, 0 changed, 1 unchanged" in run("import_questions", path)
    assert json.loads(run("export_questions")) == exported
    Question.objects.all().delete()
    run("import_questions", path, "--yes", "--publish")
    assert json.loads(run("export_questions")) == exported


def test_only_the_questions_of_a_quiz_are_exported(tmp_path: Path) -> None:
    run("import_questions", written(tmp_path, [ROW, ROW | {"id": "vell-002"}]), "--yes", "--publish")
    quiz = factories.quiz([Question.objects.first()], slug="harbours")
    assert len(json.loads(run("export_questions", "--quiz", quiz.slug))["questions"]) == 1
    with pytest.raises(CommandError, match="There is no quiz “nowhere”"):
        run("export_questions", "--quiz", "nowhere")


def test_the_schema_is_printed() -> None:
    assert json.loads(run("export_questions", "--schema"))["title"] == "Quizsite questions"


def test_export_to_a_place_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_questions", "--output", str(tmp_path / "no" / "out.json"))


def test_a_clean_bank_passes_the_check(tmp_path: Path) -> None:
    run("import_questions", written(tmp_path, [ROW]), "--yes")
    said = run("check_questions")
    assert "1 questions: 0 errors, 1 warnings, 0 acknowledged." in said  # one paragraph alone is covered
    assert "warning coverage" in said
    assert "how: " in said
    assert "how: " not in run("check_questions", "--brief")
    with pytest.raises(SystemExit):
        run("check_questions", "--strict")


def test_errors_end_the_check_with_exit_code_1(tmp_path: Path) -> None:
    run("import_questions", written(tmp_path, [ROW | {"explanation": ""}]), "--yes")
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("check_questions", "--json", stdout=out)
    assert exit_.value.code == 1
    found = json.loads(out.getvalue())
    assert found["errors"] == 1
    finding = found["findings"][0]
    assert (finding["rule"], finding["severity"], finding["where"]) == ("explanation-missing", "error", "explanation")
    assert {"what", "why", "how", "item"} <= set(finding)


def test_one_quiz_is_checked_alone(tmp_path: Path) -> None:
    run("import_questions", written(tmp_path, [ROW, ROW | {"id": "vell-002", "explanation": "?"}]), "--yes")
    quiz = factories.quiz([Question.objects.first()], slug="harbours")
    assert "1 questions: 0 errors, 0 warnings" in run("check_questions", "--quiz", quiz.slug)
    with pytest.raises(CommandError, match="There is no quiz"):
        run("check_questions", "--quiz", "nowhere")


def test_the_mix_is_checked_against_a_blueprint(tmp_path: Path) -> None:
    run("import_questions", written(tmp_path, [ROW]), "--yes")
    path = written(tmp_path, {"difficulty": {"hard": 1}}, "mix.json")
    assert "hard has 0% of the questions; the blueprint wants 100%." in run("check_questions", "--blueprint", path)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"type": 3}', '{"type": {"single_choice": "half"}}', '{"type": {"x": -1}}']
)
def test_a_bad_blueprint_is_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError, match=r"mix\.json"):
        run("check_questions", "--blueprint", written(tmp_path, text, "mix.json"))


def test_a_source_keeps_fingerprints_and_no_text(chronicle: Source) -> None:
    assert [row["number"] for row in chronicle.paragraphs] == [1, 2, 3, 4]
    assert "engineers" not in json.dumps(chronicle.paragraphs)


@pytest.mark.parametrize(
    ("slug", "data", "sentence"),
    [
        ("diary", b"A text.", "There is no source “diary”"),
        ("chronicle", b"caf\xe9", "not UTF-8 .byte 0xE9 at offset 3"),
        ("chronicle", b"  \n ", "There is no text in it"),
        ("chronicle", None, "cannot be read"),
    ],
)
def test_a_text_that_cannot_be_read_changes_nothing(
    tmp_path: Path, chronicle: Source, slug: str, data: bytes | None, sentence: str
) -> None:
    path = tmp_path / "text.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CommandError, match=sentence):
        run("fingerprint_source", slug, str(path))
    kept = chronicle.paragraphs
    chronicle.refresh_from_db()
    assert chronicle.paragraphs == kept
