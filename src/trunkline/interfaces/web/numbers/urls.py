"""Addresses of the number inventory."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.numbers import views

app_name = "numbers"
urlpatterns = [path("numbers/", views.search, name="search")]
