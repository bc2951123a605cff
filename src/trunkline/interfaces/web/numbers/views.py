"""Pages of the number inventory."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.interfaces.web.numbers.forms import NumberSearchForm
from trunkline.interfaces.web.page import StaffRequest, page
from trunkline.numbering import queries
from trunkline.numbering.types import NumberState

_LISTED = 120


@page("number.view")
def search(request: StaffRequest) -> HttpResponse:
    """Numbers of the branch by pattern, grade and state."""
    grades = queries.grades()
    form = NumberSearchForm({"state": NumberState.IDLE, **request.GET.dict()}, grades=grades)
    asked = form.asked() if form.is_valid() else None
    found = queries.search_numbers(asked, limit=_LISTED + 1) if asked else ()
    context = {
        "form": form,
        "grades": {g.code: g for g in grades},
        "numbers": found[:_LISTED],
        "more": len(found) > _LISTED,
        "leases": queries.leases([n.number for n in found])
        if asked and asked.state is NumberState.RESERVED
        else {},
    }
    return render(request, "numbers/search.html", context)
