"""Addresses of roaming destinations."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.roaming import views

app_name = "roaming"
urlpatterns = [path("roaming/", views.search, name="search")]
