"""Log-in slips in the browser: shown once, changed at the first log-in, and no way around that."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from quizzes.middleware import PasswordMustChange
from quizzes.models import Classroom, User
from tests import factories
from tests.pages import browser, nothing_inline

NEW = "peace-and-quiet-9"


def printed(answer: object) -> list[str]:
    """The passwords on a page."""
    return re.findall(r"<dd>([a-z2-9]{5}-[a-z2-9]{5})</dd>", answer.content.decode())  # type: ignore[attr-defined]


def give(client: Client, classroom: Classroom, user: User) -> str:
    member = classroom.memberships.get(user=user)
    (password,) = printed(client.post(f"/classrooms/{classroom.pk}/slips/", {"member": member.pk}))
    return password


@pytest.fixture
def password(classroom: Classroom, instructor: User, learner: User) -> str:
    """The one-time password of the learner."""
    return give(browser(instructor), classroom, learner)


def log_in(user: User, password: str) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": user.username, "password": password}).status_code == 302
    return client


def test_the_sheet_is_kept_by_no_cache_and_has_nothing_inline(
    classroom: Classroom, instructor: User, learner: User
) -> None:
    member = classroom.memberships.get(user=learner)
    answer = browser(instructor).post(f"/classrooms/{classroom.pk}/slips/", {"member": member.pk})
    assert "no-store" in answer["Cache-Control"]
    assert nothing_inline(answer) == []
    assert b"data:image/svg+xml" in answer.content
    assert b"/accounts/login/" in answer.content


def test_no_other_page_shows_the_password(classroom: Classroom, instructor: User, learner: User, password: str) -> None:
    member = classroom.memberships.get(user=learner)
    client = browser(instructor)
    for path in ("slips/", "members/", f"members/{member.pk}/", f"slips/?member={member.pk}"):
        assert password not in client.get(f"/classrooms/{classroom.pk}/{path}").content.decode()


def test_a_roster_without_addresses_ends_with_the_slips(classroom: Classroom, instructor: User) -> None:
    client = browser(instructor)
    path = f"/classrooms/{classroom.pk}/roster/"
    file = SimpleUploadedFile("class.csv", "Vorname;Nachname\nJörg;Müller\n".encode("cp1252"))
    report = client.post(path, {"file": file})
    assert "gets an account and a log-in slip" in report.content.decode()
    carried = {
        name: re.search(rf'name="{name}" value="([^"]*)"', report.content.decode())
        for name in (
            "carried",
            "carried_name",
            "encoding",
            "heading",
            "encoding_shown",
            "heading_shown",
            "column_0",
            "column_1",
        )
    }
    sheet = client.post(path, {name: found[1] for name, found in carried.items() if found})
    (password,) = printed(sheet)
    assert User.objects.get(username="joerg.mueller").check_password(password)


# The first log-in -----------------------------------------------------------------------------------------------------


def test_a_slip_opens_one_page_and_a_password_of_ones_own_all(learner: User, password: str) -> None:
    client = log_in(learner, password)
    assert client.get("/classrooms/")["Location"] == "/account/password/?next=%2Fclassrooms%2F"
    page = client.get("/account/password/")
    assert nothing_inline(page) == []
    assert client.post("/account/password/?next=/classrooms/", own(NEW))["Location"] == "/classrooms/"
    assert client.get("/classrooms/").status_code == 200
    learner.refresh_from_db()
    assert (learner.must_change_password, learner.check_password(NEW)) == (False, True)
    assert (
        b"Please enter a correct"
        not in Client().post("/accounts/login/", {"login": learner.username, "password": NEW}).content
    )


def own(password: str) -> dict[str, str]:
    return {"new_password1": password, "new_password2": password}


def test_the_password_of_the_slip_is_no_password_of_ones_own(learner: User, password: str) -> None:
    client = log_in(learner, password)
    assert "only you know" in client.post("/account/password/", own(password)).content.decode()
    assert "too short" in client.post("/account/password/", own("short")).content.decode()
    learner.refresh_from_db()
    assert learner.must_change_password


def test_next_leads_to_no_other_site(learner: User, password: str) -> None:
    client = log_in(learner, password)
    assert client.post("/account/password/?next=https://evil.example/", own(NEW))["Location"] == "/"


def addresses() -> list[str]:
    """Every address without arguments or with a number, of the site, of accounts and of the admin."""
    found = []
    for space in ("quizzes:", "admin:", ""):
        resolver = get_resolver().namespace_dict[space[:-1]][1] if space else get_resolver()
        for name in filter(lambda key: isinstance(key, str), resolver.reverse_dict):
            for arguments in ([], [1], [1, 1], ["a"]):
                try:
                    found.append((f"{space}{name}", reverse(f"{space}{name}", args=arguments)))
                    break
                except NoReverseMatch:
                    continue
    return [path for name, path in found if name not in PasswordMustChange.OPEN]


@pytest.mark.slow
def test_no_address_is_open_before_the_password_is_changed(learner: User, password: str) -> None:
    client = log_in(learner, password)
    paths = addresses()
    assert len(paths) > 100
    for path in paths:
        assert client.get(path)["Location"].startswith("/account/password/"), path
        assert client.post(path)["Location"] == "/account/password/", path
        answer = client.post(path, "{}", content_type="application/json")
        assert (answer.status_code, answer.json()["error"]) == (403, "password_must_change"), path


def test_logging_out_is_open(learner: User, password: str) -> None:
    client = log_in(learner, password)
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_sessions_end_with_a_new_slip(classroom: Classroom, instructor: User, learner: User, password: str) -> None:
    client = log_in(learner, password)
    client.post("/account/password/", own(NEW))
    assert client.get("/classrooms/").status_code == 200
    give(browser(instructor), classroom, learner)
    assert client.get("/classrooms/")["Location"].startswith("/accounts/login/")


def test_devices_that_knew_the_account_are_strange_to_it(
    classroom: Classroom, instructor: User, learner: User, password: str
) -> None:
    device = log_in(learner, password)
    known = device.cookies["device"].value
    give(browser(instructor), classroom, learner)
    thief = Client()
    thief.cookies["device"] = known
    for _try in range(10):
        thief.post("/accounts/login/", {"login": learner.username, "password": "wrong"})
    assert thief.post("/accounts/login/", {"login": learner.username, "password": "wrong"}).status_code == 429
    other = Client()  # counted together, as from one address: the cookie of before makes no difference
    assert other.post("/accounts/login/", {"login": learner.username, "password": "wrong"}).status_code == 429


def test_who_has_no_slip_changes_a_password_with_the_old_one(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert client.get("/account/password/")["Location"] == "/accounts/password/change/"


def test_a_password_by_mail_counts_as_ones_own(learner: User, password: str) -> None:
    User.objects.filter(pk=learner.pk).update(email="learner@example.org")
    Client().post("/accounts/password/reset/", {"email": "learner@example.org"})
    found = re.search(r"http://\S+?(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found
    client = Client()
    action = client.get(found[1], follow=True).redirect_chain[-1][0]
    client.post(action, {"password1": NEW, "password2": NEW})
    learner.refresh_from_db()
    assert (learner.must_change_password, learner.check_password(NEW)) == (False, True)


# The page of a member -------------------------------------------------------------------------------------------------


def test_a_member_without_an_address_is_offered_a_slip(classroom: Classroom, instructor: User, learner: User) -> None:
    member = classroom.memberships.get(user=learner)
    text = browser(instructor).get(f"/classrooms/{classroom.pk}/members/{member.pk}/").content.decode()
    assert f"/classrooms/{classroom.pk}/slips/?member={member.pk}" in text


@pytest.mark.usefixtures("mail_is_sent")
def test_a_member_who_has_confirmed_an_address_is_sent_a_mail(
    classroom: Classroom, instructor: User, learner: User
) -> None:
    User.objects.filter(pk=learner.pk).update(email="learner@example.org")
    EmailAddress.objects.create(user=learner, email="learner@example.org", verified=True, primary=True)
    member = classroom.memberships.get(user=learner)
    path, client = f"/classrooms/{classroom.pk}/members/{member.pk}/", browser(instructor)
    text = client.get(path).content.decode()
    assert "Send the e-mail" in text
    assert "/slips/?member=" not in text
    client.post(path, {"do": "reset_mail"})
    assert [message.to for message in mail.outbox] == [["learner@example.org"]]


def test_where_no_mail_is_sent_none_is_promised(classroom: Classroom, instructor: User, learner: User) -> None:
    EmailAddress.objects.create(user=learner, email="learner@example.org", verified=True, primary=True)
    member = classroom.memberships.get(user=learner)
    path, client = f"/classrooms/{classroom.pk}/members/{member.pk}/", browser(instructor)
    assert "Ask an administrator" in client.get(path).content.decode()
    client.post(path, {"do": "reset_mail"})
    assert mail.outbox == []


def test_nonsense_for_members_is_refused_with_a_sentence(classroom: Classroom, instructor: User) -> None:
    client = browser(instructor)
    for value in ("", "x", "-1", "9" * 30, "²"):
        answer = client.post(f"/classrooms/{classroom.pk}/slips/", {"member": value}, follow=True)
        assert "Nothing was changed" in answer.content.decode()
    assert factories.Membership.objects.filter(user__must_change_password=True).count() == 0


# Mails ----------------------------------------------------------------------------------------------------------------

PAGES = ["/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/confirm-email/", "/accounts/email/"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_that_would_send_a_mail_say_that_none_is_sent(client: Client, learner: User, path: str) -> None:
    if path == "/accounts/email/":
        client.force_login(learner)
    text = client.get(path).content.decode()
    assert "This site can't send e-mail" in text
    assert "Ask your instructor for a new" in text


def test_two_factors_say_so_to_those_who_have_confirmed_no_address(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert "this site can't send e-mail" in client.get("/accounts/2fa/").content.decode()
    EmailAddress.objects.create(user=learner, email="learner@example.org", verified=True)
    assert "this site can't send e-mail" not in client.get("/accounts/2fa/").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_sent")
def test_where_mail_is_sent_the_answer_says_if_and_not_that(client: Client) -> None:
    assert "If an account has this address, an e-mail is on its way." in client.get(PAGES[1]).content.decode()
    for path in PAGES[:3]:
        assert "This site can't send e-mail" not in client.get(path).content.decode()
