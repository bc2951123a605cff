"""The audit trail and the invariants."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.interfaces.web.formats import without_ids
from trunkline.interfaces.web.oversight.invariants import run_checks
from trunkline.interfaces.web.page import StaffRequest, page, paged
from trunkline.security.queries import recent_operations
from trunkline.security.types import Channel, Door

_LISTED = 1000


def _holds(row: dict[str, object], text: str) -> bool:
    return any(text in str(row[part]).lower() for part in ("verb", "staff", "arguments"))


def _readable(arguments: Any) -> list[tuple[str, str]]:
    """The arguments of an operation by name, identity numbers masked: the trail is no register of persons."""
    return [
        (name, without_ids(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)))
        for name, value in arguments.items()
    ]


@page("audit.view")
def audit(request: StaffRequest) -> HttpResponse:
    """Who did what, when, through which door (P5-7): the newest operations of the person's branches."""
    text = request.GET.get("q", "").strip().lower()
    rows = [
        {
            **row,
            "door": Door(str(row["door"])),
            "channel": Channel(str(row["channel"])),
            "arguments": _readable(row["arguments"]),
        }
        for row in recent_operations(_LISTED)
        if _holds(row, text)
    ]
    return render(request, "oversight/audit.html", {**paged(request, rows), "text": text, "limit": _LISTED})


@page("verify.view")
def verify(request: StaffRequest) -> HttpResponse:
    """The page that runs the invariants; they are looked at after it has come up."""
    return render(request, "oversight/verify.html", {})


@page("verify.view")
def verify_results(request: StaffRequest) -> HttpResponse:
    """Every invariant with the places where it is broken."""
    results = run_checks()
    broken = sum(1 for result in results if result.places)
    return render(request, "oversight/results.html", {"results": results, "broken": broken, "at": request.at})
