"""一站式受理 (P4-40): the visit that is put together, and the visit that was placed."""

from __future__ import annotations

from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trunkline.counter import desk
from trunkline.counter.registry import service_item
from trunkline.counter.visits import Appearance, papers_of_all, place_visit, requests_of, visit_sheet
from trunkline.interfaces.web.counter.applications import application_form, application_page, asked_for
from trunkline.interfaces.web.counter.order_form import AppearanceForm
from trunkline.interfaces.web.page import StaffRequest, done, file_response, page, submitted
from trunkline.ordering.item import Paper
from trunkline.ordering.queries import orders_of_visit
from trunkline.ordering.selections import selection
from trunkline.ordering.types import ShownPaper
from trunkline.ordering.visits import (
    DraftMove,
    DraftOrder,
    DraftView,
    add_to_visit,
    change_visit,
    draft,
    visit,
)
from trunkline.party import queries as party
from trunkline.security.queries import staff_names
from trunkline.subscriptions.queries import lines

#: Numbers of an item that the draft names.
_NAMED = 5


@page("order.draft", methods=("POST",))
def add(request: StaffRequest, organization_id: int, item_code: str) -> HttpResponse:
    """Put the application as it stands into the visit; it is judged there, after the items before it."""
    form = application_form(request, item_code, organization_id)
    if not submitted(request, form):
        return application_page(request, form)
    draft_id = add_to_visit(
        request=asked_for(request, form),
        branch_id=party.organization(organization_id).branch_id,
        selection_id=form.cleaned_data["selection"],
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("已加入一站式受理。"), "counter:draft", draft_id)


@page("order.draft", methods=("POST",))
def move(request: StaffRequest, draft_id: int, place: int, to: str) -> HttpResponse:
    """Move an item up or down, or take it out."""
    if to not in set(DraftMove):
        raise Http404
    change_visit(draft_id=draft_id, place=place, move=DraftMove(to), actor=request.actor, at=request.at)
    return redirect("counter:draft", draft_id)


def _form(request: StaffRequest, held: DraftView) -> AppearanceForm:
    papers = papers_of_all((service_item(one.item_code) for one in held.orders), request.actor.channel)
    initial: dict[str, object] = {"handler": held.handler_id} if held.handler_id else {}
    for paper in papers:
        initial |= _shown_before(paper, held.papers)
    return AppearanceForm(
        request.POST or None,
        request.FILES or None,
        papers=papers,
        handlers=party.handlers(held.organization_id),
        initial=initial,
    )


def _shown_before(paper: Paper, shown: tuple[ShownPaper, ...]) -> dict[str, object]:
    """What was filled in of a paper when an item was added."""
    known = {one.kind: one for one in shown}
    one = known.get(paper.kind) or (known.get(paper.alternative) if paper.alternative else None)
    if one is None:
        return {}
    key = f"paper_{paper.kind}"
    return {
        f"{key}_reference": one.reference,
        f"{key}_original_seen": one.original_seen,
        f"{key}_sealed": one.sealed,
        f"{key}_copy_kept": one.copy_kept,
        f"{key}_instead": one.kind != paper.kind,
    }


def _appeared(form: AppearanceForm) -> Appearance:
    return Appearance(form.cleaned_data["handler"] or None, form.shown_papers(), form.scans())


def _listed(request: StaffRequest, one: DraftOrder) -> dict[str, object]:
    """An item of the draft as the page lists it: how many lines it is for, and the first of them."""
    if one.selection_id is not None:
        chosen = selection(one.selection_id, actor=request.actor, at=request.at)
        count = chosen.count if chosen else 0
        return {"item": service_item(one.item_code), "count": count, "numbers": (), "stale": chosen is None}
    named = lines([line.line_id for line in one.lines[:_NAMED]])
    numbers = [line.number for line in named.values()]
    return {"item": service_item(one.item_code), "count": len(one.lines), "numbers": numbers}


@page("order.draft", methods=("GET", "HEAD", "POST"))
def show_draft(request: StaffRequest, draft_id: int) -> HttpResponse:
    """The items in their order, the papers of all of them, and one confirmation."""
    held = draft(draft_id, actor=request.actor)
    if held.visit_id is not None:
        return redirect("counter:visit", held.visit_id)
    form = _form(request, held)
    if submitted(request, form):
        placed = place_visit(draft_id=draft_id, appeared=_appeared(form), actor=request.actor, at=request.at)
        words = _("已受理，受理编号 %(number)s。") % {"number": placed.number}
        return done(request, words, "counter:visit", placed.id)
    context = {
        "draft": held,
        "entries": [_listed(request, one) for one in held.orders],
        "organization": party.organization(held.organization_id),
        "form": form,
        "handlers": form.handlers,
    }
    return render(request, "counter/draft.html", context)


@page("order.draft", methods=("POST",))
def check_draft(request: StaffRequest, draft_id: int) -> HttpResponse:
    """What the whole visit would bring, each item judged after the ones before it; nothing stays."""
    held = draft(draft_id, actor=request.actor)
    form = _form(request, held)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        requests = requests_of(held, _appeared(form), actor=request.actor, at=request.at)
        judgements = desk.dry_run_together(requests, actor=request.actor, at=request.at)
        judged = [
            {
                "item": service_item(asked.item_code),
                "judgement": one,
                "shown": sorted(one.lines, key=lambda line: not line.refusals)[:_NAMED],
                "goes_on": not one.reasons(asked.completion),
            }
            for asked, one in zip(requests, judgements, strict=True)
        ]
        context |= {
            "judged": judged,
            "may_go_on": all(one["goes_on"] for one in judged),
            "total": sum((fee.amount for one in judgements for fee in one.fees), Decimal(0)),
        }
    return render(request, "counter/draft_judged.html", context)


@page("order.view")
def show(request: StaffRequest, visit_id: int) -> HttpResponse:
    """A visit with its orders and what became of them."""
    taken, orders = visit(visit_id), orders_of_visit(visit_id)
    context = {
        "visit": taken,
        "orders": [(one, service_item(one.item_code)) for one in orders],
        "total": sum((one.fee_total for one in orders), Decimal(0)),
        "organization": party.organization(taken.organization_id),
        "opened_by": staff_names({taken.opened_by_id}).get(taken.opened_by_id, ""),
        "handler": party.handler(taken.handler_id) if taken.handler_id else None,
    }
    return render(request, "counter/visit.html", context)


@page("order.view")
def sheet(request: StaffRequest, visit_id: int) -> HttpResponse:
    """One 业务受理单 for all orders of the visit."""
    content = visit_sheet(visit_id, request.at)
    return file_response(content, f"visit-{visit_id}.pdf", "application/pdf")
