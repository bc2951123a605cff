"""Addresses: every door that is reached over HTTP."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("trunkline.interfaces.api.urls")),
    path("", include("trunkline.interfaces.web.urls")),
]
