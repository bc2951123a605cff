"""Addresses: every door that is reached over HTTP."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("trunkline.interfaces.web.urls")),
]
