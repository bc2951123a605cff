"""Addresses of the catalogue."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.catalog import views

app_name = "catalog"
urlpatterns = [
    path("fees/", views.fees, name="fees"),
    path("parameters/", views.parameters, name="parameters"),
]
