"""Which class a code opens, before anyone joins by it: what a join link may tell, to a stranger too."""

from __future__ import annotations

from quizzes.models import Classroom, Membership, User
from quizzes.models.classrooms import CODE_ALPHABET, CODE_LENGTH
from quizzes.services import classrooms

Status = Membership.Status


def opened_by(code: str, *, user: User | None = None) -> Classroom | None:
    """Return the class that the code opens to this user, or to a stranger; None where `classrooms.join` would refuse."""
    wanted = classrooms.normal_code(code)
    if len(wanted) != CODE_LENGTH or not set(CODE_ALPHABET).issuperset(wanted):
        return None
    classroom = Classroom.objects.filter(join_code=wanted).first()
    return classroom if classroom is not None and _lets_in(classroom, user) else None


def _lets_in(classroom: Classroom, user: User | None) -> bool:
    former = Membership.objects.filter(classroom=classroom, user=user).first() if user else None
    if former is not None and former.status == Status.ACTIVE:
        return True
    if former is not None and former.status == Status.REMOVED:
        return False
    return classroom.is_join_open and classroom.archived_at is None and classrooms.has_room(classroom)


def instructors_of(classroom: Classroom) -> list[str]:
    """Return the names of those who teach a class, as they may be told to a stranger: never a user name."""
    teaching = Membership.objects.active().filter(classroom=classroom, role=Membership.Role.INSTRUCTOR)
    names = (one.user.get_full_name() for one in teaching.select_related("user").order_by("pk"))
    return [name for name in names if name]
