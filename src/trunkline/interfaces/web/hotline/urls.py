"""Addresses of the hotline desk."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.hotline import views

app_name = "hotline"
urlpatterns = [
    path("hotline/", views.enter, name="enter"),
    path("hotline/caller/<int:verification_id>/", views.caller, name="caller"),
    path("hotline/caller/<int:verification_id>/fault/", views.fault, name="fault"),
    path("hotline/caller/<int:verification_id>/loss/", views.loss, name="loss"),
]
