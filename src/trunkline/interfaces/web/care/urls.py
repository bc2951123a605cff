"""Addresses of tickets."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.care import limits, views

app_name = "care"
urlpatterns = [
    path("tickets/", views.list_tickets, name="list"),
    path("tickets/limits/", limits.show, name="limits"),
    path("tickets/<int:ticket_id>/", views.show, name="show"),
    path("tickets/<int:ticket_id>/<slug:code>/", views.act, name="act"),
]
