"""Who may see, use and change what instructors make: its owner, and others as far as its visibility goes.

What has no owner is the site's: every instructor uses it once it is published, only administrators change it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from quizzes.models.accounts import User

Row = TypeVar("Row", bound=models.Model)


class Visibility(models.TextChoices):
    """What other instructors may do with it; each level includes those before."""

    PRIVATE = "private", _("private: only its owner")
    COPY = "copy", _("copy: others see it and make a copy")
    USE = "use", _("use: others put it into their quizzes and classes")
    EDIT = "edit", _("edit: others change it")


SHARED = (Visibility.USE, Visibility.EDIT)


class OwnedQuerySet(models.QuerySet[Row]):
    """Rows with an owner and a visibility. `is_published` says which of them others may meet at all."""

    is_published = Q()
    taken_by_all = Q(owner=None)  # what every instructor uses, whatever its visibility

    def visible_to(self, user: User) -> Self:
        """Return what an instructor may look at in the workshop, and copy."""
        return self.for_instructor(user, self.seen_by(user))

    def usable_by(self, user: User) -> Self:
        """Return what an instructor may refer to: their own, the site's, and what others let them use."""
        lent = self.is_published & (self.taken_by_all | Q(visibility__in=SHARED))
        return self.for_instructor(user, may_be_edited_by(user) | lent)

    def editable_by(self, user: User) -> Self:
        """Return one's own, and what others let one change."""
        return self.for_instructor(user, may_be_edited_by(user))

    def seen_by(self, user: User) -> Q:
        lent = self.is_published & (self.taken_by_all | ~Q(visibility=Visibility.PRIVATE))
        return may_be_edited_by(user) | lent

    def for_instructor(self, user: User, condition: Q) -> Self:
        """Return nothing for those who do not teach, everything for administrators."""
        if not user.is_instructor:
            return self.none()
        return self.all() if user.is_superuser else self.filter(condition)


def may_be_edited_by(user: User, *, of: str = "") -> Q:
    """Return what an instructor who is no administrator may change; `of` is the way to it, such as "question__"."""
    is_lent = {f"{of}owner__isnull": False, f"{of}visibility": Visibility.EDIT}
    return Q(**{f"{of}owner": user.pk}) | Q(**is_lent)


class Owned(models.Model):
    """The same words for a row at hand. Models say `owner` themselves: each is called something else by its owner."""

    visibility = models.CharField(
        _("other instructors may"), max_length=8, choices=Visibility, default=Visibility.PRIVATE
    )

    owner: object
    owner_id: int | None

    class Meta:
        abstract = True

    def is_owned_by(self, user: User) -> bool:
        """Return whether the user decides what others may do with it."""
        return user.is_superuser or self.owner_id == user.pk

    def is_editable_by(self, user: User) -> bool:
        is_lent = self.owner_id is not None and self.visibility == Visibility.EDIT
        return user.is_instructor and (self.is_owned_by(user) or is_lent)

    def is_usable_by(self, user: User) -> bool:
        """Return whether owner and visibility allow it; whether it is published is for the caller to know."""
        is_lent = self.owner_id is None or self.visibility in SHARED
        return user.is_instructor and (self.is_owned_by(user) or is_lent)
