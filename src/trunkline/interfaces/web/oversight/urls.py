"""Addresses of the audit trail and the invariants."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.oversight import views

app_name = "oversight"
urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("verify/", views.verify, name="verify"),
    path("verify/results/", views.verify_results, name="verify_results"),
]
