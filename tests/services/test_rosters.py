"""Bringing a roster into a classroom: the dry run, then people and their accounts; twice is the same as once."""

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from quizzes.errors import QuizError
from quizzes.models import Classroom, Membership, User
from quizzes.services import classrooms, rosters
from tests import factories


def plan(classroom: Classroom, *lines: str, heading: str = "email,first name,last name,username") -> rosters.Plan:
    return rosters.plan(classroom, rosters.read("\n".join([heading, *lines]).encode(), "class.csv"))


def apply(made: rosters.Plan, actor: User, now: datetime) -> list[Membership]:
    return rosters.apply(made, actor=actor, now=now)


def test_the_dry_run_says_who_would_come_and_writes_nothing(classroom: Classroom, learner: User) -> None:
    User.objects.filter(pk=learner.pk).update(email="Learner@example.org")
    known = factories.user("known", email="known@example.org")
    before = (User.objects.count(), Membership.objects.count())
    made = plan(classroom, "new@example.org,N,E,", "KNOWN@example.org,,,", "learner@example.org,,,", "nobody,,,")
    assert [row.email for row in made.new] == ["new@example.org"]
    assert [person.user for person in made.existing] == [known]
    assert [person.user for person in made.members] == [learner]
    assert [str(issue) for issue in made.refused] == ["row 5: “nobody” is not an e-mail address."]
    assert (User.objects.count(), Membership.objects.count()) == before
    assert made.coming == 2


def test_people_come_in_as_students_and_the_unknown_get_an_account_without_a_password(
    classroom: Classroom, instructor: User, now: datetime
) -> None:
    known = factories.user("known", email="known@example.org")
    enrolled = apply(plan(classroom, "ines@example.org,Inês,Costa,", "known@example.org,,,"), instructor, now)
    ines = User.objects.get(email="ines@example.org")
    assert {row.user for row in enrolled} == {ines, known}
    assert all(row.role == "student" and row.status == "active" for row in enrolled)
    assert (ines.username, ines.full_name, ines.has_usable_password()) == ("ines", "Inês Costa", False)
    address = EmailAddress.objects.get(user=ines)
    assert (address.email, address.primary, address.verified) == ("ines@example.org", True, False)


def test_the_same_list_again_changes_nothing(
    classroom: Classroom, instructor: User, now: datetime, django_capture_on_commit_callbacks: object
) -> None:
    lines = ["ines@example.org,Inês,Costa,", "other@example.org,,,other"]
    apply(plan(classroom, *lines), instructor, now)
    before = list(User.objects.values()), list(Membership.objects.values())
    again = plan(classroom, *lines)
    assert (again.coming, len(again.members)) == (0, 2)
    assert apply(again, instructor, now) == []
    assert (list(User.objects.values()), list(Membership.objects.values())) == before


def test_an_old_plan_is_made_anew_when_it_is_applied(classroom: Classroom, instructor: User, now: datetime) -> None:
    made = plan(classroom, "ines@example.org,Inês,Costa,")
    apply(made, instructor, now)
    assert apply(made, instructor, now) == []
    assert User.objects.filter(email="ines@example.org").count() == 1


def test_a_new_person_is_mailed_a_link_that_lets_them_choose_a_password(
    classroom: Classroom, instructor: User, now: datetime, django_capture_on_commit_callbacks: object, client: Client
) -> None:
    factories.user("known", email="known@example.org")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        apply(plan(classroom, "ines@example.org,Inês,Costa,", "known@example.org,,,"), instructor, now)
        assert mail.outbox == []  # not before the commit
    (message,) = mail.outbox
    assert message.to == ["ines@example.org"]
    assert classroom.name in message.body
    link = next(line for line in str(message.body).splitlines() if "/reset/key/" in line)
    page = client.get(link.partition("127.0.0.1:8000")[2], follow=True)
    assert page.status_code == 200
    action = page.redirect_chain[-1][0]
    client.post(action, {"password1": "peace-and-quiet-9", "password2": "peace-and-quiet-9"})
    assert User.objects.get(username="ines").check_password("peace-and-quiet-9")


def test_a_mail_server_that_is_away_takes_nobody_out_again(
    classroom: Classroom,
    instructor: User,
    now: datetime,
    django_capture_on_commit_callbacks: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(EmailBackend, "send_messages", away)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        apply(plan(classroom, "ines@example.org,,,"), instructor, now)
    assert classroom.memberships.filter(user__email="ines@example.org").exists()


def away(_backend: EmailBackend, _messages: object) -> int:
    raise ConnectionRefusedError


def test_user_names_made_of_addresses_never_clash(classroom: Classroom, instructor: User, now: datetime) -> None:
    factories.user("INES")
    lines = ["ines@a.example,,,", "ines@b.example,,,", "x@c.example,,,ines3", "李@d.example,,,"]
    made = plan(classroom, *lines)
    # the last address is none by our rules; the others come
    apply(made, instructor, now)
    names = dict(User.objects.filter(email__endswith=".example").values_list("email", "username"))
    assert names == {"ines@a.example": "ines2", "ines@b.example": "ines4", "x@c.example": "ines3"}


def test_twelve_people_of_one_name_all_get_an_account(classroom: Classroom, instructor: User, now: datetime) -> None:
    lines = [f"ines@s{number}.example,,," for number in range(12)]
    assert len(apply(plan(classroom, *lines), instructor, now)) == 12
    assert User.objects.filter(username__startswith="ines").count() == 12


def test_people_are_found_by_user_name_where_there_is_no_address(classroom: Classroom, stranger: User) -> None:
    made = plan(classroom, "stranger", "nobody", heading="username")
    assert [person.user for person in made.existing] == [stranger]
    assert str(made.refused[0]) == "row 3: nobody is called “nobody”; give an e-mail address."


def test_a_confirmed_second_address_finds_its_person(classroom: Classroom, stranger: User) -> None:
    EmailAddress.objects.create(user=stranger, email="second@example.org", verified=True)
    assert [person.user for person in plan(classroom, "second@example.org,,,").existing] == [stranger]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("off@example.org,,,", "row 2: this account is switched off."),
        ("gone@example.org,,,", "row 2: was removed from this classroom; bring them back on the page of its members."),
        (
            "twice@example.org,,,",
            "row 2: more than one account has this address; add the user name in a row without it.",
        ),
        ("new@example.org,,,STRANGER", "row 2: the user name “STRANGER” belongs to another account."),
        ("new@example.org,,,a b", "row 2: “a b” is no user name: letters, digits and @ . + - _ only."),
    ],
)
def test_who_cannot_come_is_named_with_the_reason(
    classroom: Classroom, instructor: User, stranger: User, now: datetime, line: str, fault: str
) -> None:
    factories.user("off", email="off@example.org", is_active=False)
    factories.user("one", email="twice@example.org")
    factories.user("two", email="Twice@example.org")
    gone = factories.user("gone", email="gone@example.org")
    classrooms.remove(factories.member(classroom, gone), actor=instructor, now=now)
    made = plan(classroom, line)
    assert [str(issue) for issue in made.refused] == [fault]
    assert made.coming == 0


def test_one_person_by_address_and_by_name_comes_once(classroom: Classroom) -> None:
    factories.user("known", email="known@example.org")
    made = plan(classroom, "known@example.org,,,", ",,,known")
    assert (made.coming, str(made.refused[0])) == (1, "row 3: is the same person as row 2.")


def test_a_full_classroom_takes_as_many_as_it_has_places(classroom: Classroom, instructor: User, now: datetime) -> None:
    Classroom.objects.filter(pk=classroom.pk).update(capacity=3)  # the learner is one of them
    classroom.refresh_from_db()
    made = plan(classroom, "a@example.org,,,", "b@example.org,,,", "c@example.org,,,")
    assert [row.email for row in made.new] == ["a@example.org", "b@example.org"]
    assert str(made.refused[0]) == "row 4: the classroom has no place left."
    apply(made, instructor, now)
    assert Membership.objects.students().filter(classroom=classroom).count() == 3


def test_who_left_comes_back_as_a_student(
    classroom: Classroom, instructor: User, stranger: User, now: datetime
) -> None:
    member = factories.member(classroom, stranger, role="assistant", status="left", ended_at=now)
    User.objects.filter(pk=stranger.pk).update(email="stranger@example.org")
    apply(plan(classroom, "stranger@example.org,,,"), instructor, now)
    member.refresh_from_db()
    assert (member.status, member.role, member.ended_at) == ("active", "student", None)


def test_staff_of_the_class_in_the_list_stay_what_they_are(
    classroom: Classroom, instructor: User, now: datetime
) -> None:
    made = plan(classroom, "instructor", heading="username")
    assert ([person.user for person in made.members], made.coming) == ([instructor], 0)
    apply(made, instructor, now)
    assert classroom.memberships.get(user=instructor).role == "instructor"


def test_an_archived_classroom_takes_nobody(classroom: Classroom, instructor: User, now: datetime) -> None:
    made = plan(classroom, "a@example.org,,,")
    classrooms.archive(classroom, now=now)
    with pytest.raises(QuizError, match="archived"):
        apply(made, instructor, now)
    assert not User.objects.filter(email="a@example.org").exists()


def test_names_that_look_like_markup_stay_text(classroom: Classroom, instructor: User, now: datetime) -> None:
    apply(plan(classroom, "a@example.org,<img src=x>,{{7*7}},"), instructor, now)
    assert User.objects.get(email="a@example.org").full_name == "<img src=x> {{7*7}}"


def test_five_hundred_people_are_looked_up_at_once(
    classroom: Classroom, instructor: User, now: datetime, django_assert_max_num_queries: object
) -> None:
    roster = rosters.read("\n".join(["email", *(f"p{n}@example.org" for n in range(500))]).encode(), "a.csv")
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        made = rosters.plan(classroom, roster)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        rosters.apply(made, actor=instructor, now=now)
