"""The admin site: every instructor may enter; what they see is narrowed by each ModelAdmin's queryset."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class QuizsiteAdmin(admin.AdminSite):
    site_header = _("Quizsite workshop")
    site_title = _("Quizsite workshop")
    index_title = _("Questions, quizzes and classrooms")
    enable_nav_sidebar = False

    login = secure_admin_login(admin.AdminSite.login)  # one door, with its rate limits and second factor
