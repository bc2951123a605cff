"""Addresses of messages."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.outbox import views

app_name = "outbox"
urlpatterns = [
    path("messages/", views.list_messages, name="list"),
    path("messages/<int:message_id>/retry/", views.retry, name="retry"),
]
