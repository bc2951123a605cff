"""Addresses of organisations and their lines."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.party import views

app_name = "party"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("organizations/", views.list_organizations, name="list"),
    path("organizations/new/", views.register, name="register"),
    path("organizations/<int:organization_id>/", views.show, name="show"),
    path("organizations/<int:organization_id>/handlers/new/", views.register_handler, name="handler"),
    path("organizations/<int:organization_id>/contacts/new/", views.add_contact, name="contact"),
    path("organizations/<int:organization_id>/identity/", views.complete_identity, name="identity"),
    path("organizations/<int:organization_id>/<slug:tab>/", views.show, name="tab"),
    path("lines/<int:line_id>/", views.show_line, name="line"),
]
