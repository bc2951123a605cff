"""Addresses of login and home."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from trunkline.interfaces.web.page import public
from trunkline.interfaces.web.staff import views

app_name = "staff"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.login, name="login"),
    path("logout/", public(LogoutView.as_view(next_page="staff:login")), name="logout"),
    path("language/", public(set_language), name="language"),
]
