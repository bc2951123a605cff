"""漫游目的地 (S08-G1, S08-G4): what whoever serves the customer looks up, in halls and at the hotline."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.catalog.queries import roaming_destinations
from trunkline.interfaces.web.page import StaffRequest, page
from trunkline.kernel.clock import local_date


@page("catalog.view")
def search(request: StaffRequest) -> HttpResponse:
    """Destinations by name, pinyin, initials or code."""
    text = request.GET.get("q", "").strip()[:60]
    found = roaming_destinations(local_date(request.at), text=text)
    context = {"q": text, "destinations": [view.details for view in found], "today": local_date(request.at)}
    return render(request, "roaming/search.html", context)
