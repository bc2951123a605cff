"""The addresses of the API, under `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.api import orders, reference
from trunkline.interfaces.api.entry import nothing_here
from trunkline.interfaces.api.openapi import openapi

app_name = "api"
urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    path("items", reference.items, name="items"),
    path("items/<str:code>", reference.item, name="item"),
    path("rulebook", reference.rulebook, name="rulebook"),
    path("verifications", orders.verify, name="verify"),
    path("orders", orders.place, name="place"),
    path("orders/<str:number>", orders.order, name="order"),
    path("orders/<str:number>/lines", orders.order_lines, name="order_lines"),
    path("orders/<str:number>/slip.pdf", orders.slip, name="slip"),
    *(path(f"orders/<str:number>/{verb}", view, name=verb) for verb, view in orders.VERBS.items()),
    path("organizations", reference.organizations, name="organizations"),
    path("organizations/<str:code>", reference.organization, name="organization"),
    path("organizations/<str:code>/lines", reference.organization_lines, name="organization_lines"),
    path("lines/<str:number>", reference.line, name="line"),
    path("<path:rest>", nothing_here, name="nothing"),
    path("", nothing_here, name="root"),
]
