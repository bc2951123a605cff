"""Pages of the number inventory."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.interfaces.web.numbers.forms import NumberSearch
from trunkline.interfaces.web.page import StaffRequest, page
from trunkline.numbering import queries
from trunkline.numbering.types import NumberState

_LISTED = 120


@page("number.view")
def search(request: StaffRequest) -> HttpResponse:
    """Numbers of the branch by pattern, grade and state."""
    grades = queries.grades()
    form = NumberSearch({"state": NumberState.IDLE, **request.GET.dict()}, grades=grades)
    chosen = form.cleaned_data if form.is_valid() else {"pattern": "", "grade": "", "state": NumberState.IDLE}
    grade = {"": None, "-": ""}.get(chosen["grade"], chosen["grade"])
    found = queries.search_numbers(
        pattern=chosen["pattern"].replace(" ", ""), grade=grade, state=chosen["state"], limit=_LISTED + 1
    )
    context = {
        "form": form,
        "grades": {g.code: g for g in grades},
        "numbers": found[:_LISTED],
        "more": len(found) > _LISTED,
        "leases": queries.leases([n.number for n in found])
        if chosen["state"] is NumberState.RESERVED
        else {},
    }
    return render(request, "numbers/search.html", context)
