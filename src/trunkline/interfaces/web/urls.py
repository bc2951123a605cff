"""The addresses of all areas."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("trunkline.interfaces.web.staff.urls")),
    path("", include("trunkline.interfaces.web.party.urls")),
    path("", include("trunkline.interfaces.web.agreements.urls")),
    path("", include("trunkline.interfaces.web.counter.urls")),
    path("", include("trunkline.interfaces.web.catalog.urls")),
    path("", include("trunkline.interfaces.web.products.urls")),
    path("", include("trunkline.interfaces.web.care.urls")),
    path("", include("trunkline.interfaces.web.billing.urls")),
    path("", include("trunkline.interfaces.web.numbers.urls")),
    path("", include("trunkline.interfaces.web.roaming.urls")),
    path("", include("trunkline.interfaces.web.outbox.urls")),
    path("", include("trunkline.interfaces.web.oversight.urls")),
    path("", include("trunkline.interfaces.web.portal.urls")),
    path("", include("trunkline.interfaces.web.hotline.urls")),
]
