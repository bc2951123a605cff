"""The web door as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates, template tags and static files of the pages."""

    name = "trunkline.interfaces.web"
    label = "web"
