"""The sheet of log-in slips, after passwords were made: by hand, or with a roster."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from quizzes import limits
from quizzes.models import Classroom
from quizzes.services import slips
from quizzes.views.requests import LoggedInRequest


def print_slips(
    request: LoggedInRequest, classroom: Classroom, made: Sequence[slips.Slip], said: Sequence[str] = ()
) -> HttpResponse:
    """Show the sheet to print, after the sentences `said`; wrong passwords of before no longer count."""
    for slip in made:
        limits.forget_account(request, slip.user.pk)
    link = request.build_absolute_uri(reverse("account_login"))
    context = {
        "classroom": classroom,
        "slips": made,
        "said": said,
        "link": link,
        "qr": segno.make(link, error="m", micro=False).svg_data_uri(border=2, light="#fff", scale=3),
    }
    response = render(request, "quizzes/classrooms/slips_sheet.html", context)
    add_never_cache_headers(response)
    return response
