"""Bringing a roster into a classroom: the dry run, then people and their accounts; twice is the same as once."""

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from quizzes.errors import QuizError
from quizzes.models import Classroom, Invitation, Membership, User
from quizzes.services import classrooms, rosters
from tests import factories

pytestmark = pytest.mark.usefixtures("mail_is_sent")


def plan(classroom: Classroom, *lines: str, heading: str = "email,first name,last name,username") -> rosters.RosterPlan:
    return rosters.plan(classroom, rosters.read("\n".join([heading, *lines]).encode(), "class.csv"))


def apply(made: rosters.RosterPlan, actor: User, now: datetime) -> list[Membership]:
    return rosters.apply(made, actor=actor, now=now).enrolled


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
    with django_capture_on_commit_callbacks(execute=True):
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
    with django_capture_on_commit_callbacks(execute=True):
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


def test_who_is_found_by_user_name_is_invited_and_not_enrolled(
    classroom: Classroom, instructor: User, stranger: User, now: datetime
) -> None:
    made = plan(classroom, "stranger", heading="username")
    assert ([person.user for person in made.invited], made.coming) == ([stranger], 0)
    for _time in range(2):
        assert apply(plan(classroom, "stranger", heading="username"), instructor, now) == []
    assert Invitation.objects.get(classroom=classroom).user == stranger
    assert not classroom.memberships.filter(user=stranger).exists()


def test_a_confirmed_second_address_finds_its_person(classroom: Classroom, stranger: User) -> None:
    EmailAddress.objects.create(user=stranger, email="second@example.org", verified=True)
    assert [person.user for person in plan(classroom, "second@example.org,,,").existing] == [stranger]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("off@example.org,,,", "row 2: this account is switched off."),
        ("gone@example.org,,,", "row 2: was removed from this class; bring them back under Members."),
        ("new@example.org,,,STRANGER", "row 2: the user name “STRANGER” belongs to another account."),
        ("new@example.org,,,a b", "row 2: “a b” is no user name: letters, digits and . + - _ only."),
        (
            "new@example.org,,,x@y.example",
            "row 2: “x@y.example” is no user name: with an @ it could be the e-mail address of another user.",
        ),
        ("new@example.org,,,strаnger", "row 2: the user name “strаnger” looks like that of another account."),
        ("head@example.org,,,", "row 2: is an instructor or an administrator; they join with the code."),
        (",,,root", "row 2: is an instructor or an administrator; they join with the code."),
    ],
)
def test_who_cannot_come_is_named_with_the_reason(
    classroom: Classroom, instructor: User, stranger: User, now: datetime, line: str, fault: str
) -> None:
    factories.user("off", email="off@example.org", is_active=False)
    factories.user("head", email="head@example.org", is_staff=True)
    factories.user("root", is_superuser=True)
    gone = factories.user("gone", email="gone@example.org")
    classrooms.remove(factories.member(classroom, gone), actor=instructor, now=now)
    made = plan(classroom, line)
    assert [str(issue) for issue in made.refused] == [fault]
    assert made.coming == 0


def opened(username: str, email: str, *, is_confirmed: bool = False) -> User:
    """An account with a password, whose user typed an address at sign-up."""
    person = factories.user(username, email=email)
    person.set_password("correct horse 9")
    person.save()
    EmailAddress.objects.create(user=person, email=email, verified=is_confirmed, primary=True)
    return person


def test_an_address_that_was_only_typed_lets_no_one_in(classroom: Classroom, instructor: User, now: datetime) -> None:
    squatter = opened("squatter", "victim@example.org")
    made = plan(classroom, "victim@example.org,Vic,Tim,")
    assert ([row.email for row in made.new], made.existing) == (["victim@example.org"], ())
    assert made.unconfirmed == {2: ("squatter",)}
    (enrolled,) = apply(made, instructor, now)
    assert enrolled.user != squatter
    assert enrolled.user.has_usable_password() is False


def test_a_second_address_that_was_only_typed_lets_no_one_in(classroom: Classroom) -> None:
    attacker = opened("attacker", "own@example.org", is_confirmed=True)
    EmailAddress.objects.create(user=attacker, email="newstudent@example.org")
    assert [row.email for row in plan(classroom, "newstudent@example.org,,,").new] == ["newstudent@example.org"]


def test_who_has_confirmed_an_address_comes_in_though_others_typed_it(classroom: Classroom) -> None:
    opened("attacker", "own@example.org")
    opened("squatter", "owner@example.org")
    owner = opened("owner", "Owner@example.org", is_confirmed=True)
    made = plan(classroom, "owner@example.org,,,")
    assert ([person.user for person in made.existing], made.refused) == ([owner], ())


def test_a_member_who_only_typed_the_address_is_named(classroom: Classroom, learner: User) -> None:
    factories.member(classroom, opened("classmate", "victim@example.org"))
    made = plan(classroom, "victim@example.org,,,")
    assert made.coming == 0
    assert str(made.refused[0]).startswith("row 2: “classmate” in this class has this address but hasn't confirmed")


def test_a_password_chosen_by_the_mailed_link_confirms_the_address(
    classroom: Classroom, instructor: User, now: datetime, django_capture_on_commit_callbacks: object, client: Client
) -> None:
    opened("squatter", "ines@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        apply(plan(classroom, "ines@example.org,Inês,Costa,"), instructor, now)
    link = next(line for line in str(mail.outbox[0].body).splitlines() if "/reset/key/" in line)
    action = client.get(link.partition("127.0.0.1:8000")[2], follow=True).redirect_chain[-1][0]
    client.post(action, {"password1": "peace-and-quiet-9", "password2": "peace-and-quiet-9"})
    ines = User.objects.get(username="ines")
    assert EmailAddress.objects.get(user=ines).verified
    client.post("/accounts/login/", {"login": "ines@example.org", "password": "peace-and-quiet-9"})
    assert [person.user for person in plan(classroom, "ines@example.org,,,").members] == [ines]


def test_a_user_name_that_is_the_address_is_replaced(classroom: Classroom, instructor: User, now: datetime) -> None:
    (enrolled,) = apply(plan(classroom, "ines@example.org,,,Ines@example.org"), instructor, now)
    assert enrolled.user.username == "ines"


def test_no_two_rows_get_user_names_that_look_alike(classroom: Classroom, instructor: User, now: datetime) -> None:
    made = plan(classroom, "a@example.org,,,paul1", "b@example.org,,,paull", "paull@example.org,,,")
    assert [issue.where for issue in made.refused] == ["row 3"]
    apply(made, instructor, now)
    assert set(User.objects.filter(email__endswith="@example.org").values_list("username", flat=True)) == {
        *("paul1", "paull2")
    }


def test_one_person_by_address_and_by_name_comes_once(classroom: Classroom) -> None:
    factories.user("known", email="known@example.org")
    made = plan(classroom, "known@example.org,,,", ",,,known")
    assert (made.coming, str(made.refused[0])) == (1, "row 3: is the same person as row 2.")


def test_a_full_classroom_takes_as_many_as_it_has_places(classroom: Classroom, instructor: User, now: datetime) -> None:
    Classroom.objects.filter(pk=classroom.pk).update(capacity=3)  # the learner is one of them
    classroom.refresh_from_db()
    made = plan(classroom, "a@example.org,,,", "b@example.org,,,", "c@example.org,,,")
    assert [row.email for row in made.new] == ["a@example.org", "b@example.org"]
    assert str(made.refused[0]) == "row 4: the class has no place left."
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
    classrooms.archive(classroom, actor=instructor, now=now)
    with pytest.raises(QuizError, match="archived"):
        apply(made, instructor, now)
    assert not User.objects.filter(email="a@example.org").exists()


def test_names_that_look_like_markup_stay_text(classroom: Classroom, instructor: User, now: datetime) -> None:
    apply(plan(classroom, "a@example.org,<img src=x>,{{7*7}},"), instructor, now)
    assert User.objects.get(email="a@example.org").full_name == "<img src=x> {{7*7}}"


def test_five_hundred_people_are_looked_up_at_once(
    classroom: Classroom, instructor: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    roster = rosters.read("\n".join(["email", *(f"p{n}@example.org" for n in range(500))]).encode(), "a.csv")
    with django_assert_max_num_queries(4):
        made = rosters.plan(classroom, roster)
    with django_assert_max_num_queries(25):
        rosters.apply(made, actor=instructor, now=now)
