"""Applying for a service item on lines there are: one page for every item, made from its declaration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from trunkline.counter import desk
from trunkline.counter.choosing import choices, refused_sheet, written_rows
from trunkline.counter.registry import service_item, service_items
from trunkline.interfaces.web.counter.identity import IdentityForm
from trunkline.interfaces.web.counter.order_form import OrderForm
from trunkline.interfaces.web.fields import CodeField, asked_field
from trunkline.interfaces.web.page import XLSX, StaffRequest, done, file_response, page, submitted
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.rules import proof_fits, sees_no_papers
from trunkline.ordering.selections import selected_lines, selection
from trunkline.ordering.types import Completion, LineChoice, OrderRequest
from trunkline.ordering.verification import verification
from trunkline.ordering.visits import open_draft_of
from trunkline.party import queries as party
from trunkline.subscriptions.queries import lines

#: Lines of a judgement on one leaf.
SHOWN = 50
_LONGEST_ID = 19


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the item with its form field."""

    field: Field
    bound: BoundField


class ApplicationForm(OrderForm):
    """Who applies, for which lines, with which papers and answers. What is wrong with them the desk says."""

    rows = forms.CharField(
        label=gettext_lazy("号码"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "form-control code"}),
    )
    completion = CodeField(Completion, label=gettext_lazy("部分不通过时"), initial=Completion.ALL_OR_NOTHING)
    verification = forms.IntegerField(required=False, widget=forms.HiddenInput)
    selection = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organization_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization_id = organization_id
        language = get_language() or "zh-hans"
        self.add_fields({f"ask_{field.name}": asked_field(field, language) for field in self.item.fields})

    def asked(self) -> list[Asked]:
        """The item's fields in the order of the declaration."""
        return [Asked(field, self[f"ask_{field.name}"]) for field in self.item.fields]

    def clean_rows(self) -> tuple[LineChoice, ...]:
        """A line a row: its number, then the answers for it in the order of the item's line fields."""
        try:
            return choices(written_rows(self.cleaned_data["rows"].splitlines(), self.item.line_fields))
        except Refused as refused:
            numbers = "、".join(refusal.subject for refusal in refused.refusals[:10])
            raise forms.ValidationError(
                _("没有这些在用号码：%(numbers)s") % {"numbers": numbers}
            ) from refused

    def request(self) -> OrderRequest:
        """The order as the counter takes it."""
        return OrderRequest(
            item_code=self.item.code,
            organization_id=self.organization_id,
            handler_id=self.cleaned_data["handler"] or None,
            papers=self.shown_papers(),
            details={
                field.name: self.cleaned_data[f"ask_{field.name}"]
                for field in self.item.fields
                if self.cleaned_data[f"ask_{field.name}"]
            },
            lines=self.cleaned_data["rows"],
            completion=self.cleaned_data["completion"] or Completion.ALL_OR_NOTHING,
            idempotency_key=self.cleaned_data["idempotency_key"],
            verification_id=self.cleaned_data["verification"],
            scans=self.scans(),
        )


def _number_in(request: StaffRequest, name: str) -> int | None:
    """An id named in the address or sent with the form."""
    named = request.POST.get(name) or request.GET.get(name, "")
    return int(named) if named.isdecimal() and len(named) < _LONGEST_ID else None


def application_form(request: StaffRequest, item_code: str, organization_id: int) -> ApplicationForm:
    """The form of an item as it was sent, or as it is opened: for lines or a choice of lines named in the address."""
    item = service_item(item_code)
    named = [int(id_) for id_ in request.GET.getlist("line") if id_.isdecimal()]
    numbers = "\n".join(line.number for line in lines(named).values())
    return ApplicationForm(
        request.POST or None,
        request.FILES or None,
        item=item,
        handlers=party.handlers(organization_id),
        organization_id=organization_id,
        initial={
            "rows": numbers,
            "selection": _number_in(request, "selection"),
            "verification": _proof_brought_along(request, item, organization_id),
        },
    )


def asked_for(request: StaffRequest, form: ApplicationForm) -> OrderRequest:
    """The order as the counter takes it, with the lines of the choice where there is one."""
    asked, chosen = form.request(), form.cleaned_data["selection"]
    if chosen is None:
        return asked
    found = selected_lines(
        chosen,
        organization_id=asked.organization_id,
        item_code=asked.item_code,
        actor=request.actor,
        at=request.at,
    )
    return replace(asked, lines=found)


def _proof_brought_along(
    request: StaffRequest, item: ServiceItem[Any, Any], organization_id: int
) -> int | None:
    """The proof of identity that another desk of this channel made for the customer, as long as it is good."""
    named = _number_in(request, "verification")
    proof = verification(named) if named is not None else None
    if proof is None:
        return None
    if not proof_fits(item.verifications, organization_id, request.actor.channel, proof, request.at):
        return None
    return proof.id


@page("order.place")
def choose_item(request: StaffRequest, organization_id: int) -> HttpResponse:
    """What this channel may do for an organisation, in the order of the standard."""
    items = [
        item
        for item in service_items().values()
        if request.actor.channel in item.channels and request.actor.may(item.permission)
    ]
    context = {
        "organization": party.organization(organization_id),
        "items": items,
        "lines": request.GET.getlist("line"),
        "elsewhere": len(service_items()) - len(items),
        "draft": open_draft_of(organization_id, actor=request.actor),
    }
    return render(request, "counter/items.html", context)


@page("order.place", methods=("GET", "HEAD", "POST"))
def apply_for(request: StaffRequest, organization_id: int, item_code: str) -> HttpResponse:
    """Apply for one item for one line or many."""
    form = application_form(request, item_code, organization_id)
    if submitted(request, form):
        placed = desk.place(request=asked_for(request, form), actor=request.actor, at=request.at)
        return done(
            request, _("已受理，订单号 %(number)s。") % {"number": placed.number}, "counter:show", placed.id
        )
    return application_page(request, form)


def application_page(request: StaffRequest, form: ApplicationForm) -> HttpResponse:
    """The page of an application as its form stands."""
    item, organization_id = form.item, form.organization_id
    no_papers = sees_no_papers(item, request.actor.channel)
    needs_proof = bool(item.verifications) and (item.verified_everywhere or no_papers)
    named = _number_in(request, "selection")
    chosen = selection(named, actor=request.actor, at=request.at) if named else None
    context = {
        "form": form,
        "item": item,
        "identity": IdentityForm(kinds=item.verifications) if needs_proof else None,
        "organization": party.organization(organization_id),
        "handlers": form.handlers,
        "no_papers": no_papers or not item.papers,
        "row_shape": [Text("号码", "Number"), *(field.label for field in item.line_fields)],
        "selection": chosen,
        "selection_gone": named is not None and chosen is None,
        "draft": open_draft_of(organization_id, actor=request.actor),
    }
    return render(request, "counter/apply.html", context)


@page("order.place", methods=("POST",))
def check_application(request: StaffRequest, organization_id: int, item_code: str) -> HttpResponse:
    """What would happen with the form as it stands, line by line, those that do not pass first."""
    form = application_form(request, item_code, organization_id)
    context: dict[str, object] = {
        "form": form,
        "item": form.item,
        "organization_id": organization_id,
        "may_gather": request.actor.may("order.draft"),
    }
    if form.is_valid():
        asked = asked_for(request, form)
        judged = desk.dry_run(asked, actor=request.actor, at=request.at)
        by_reasons = sorted(judged.lines, key=lambda one: not one.refusals)
        context |= {
            "judgement": judged,
            "leaf": Paginator(by_reasons, SHOWN).get_page(request.POST.get("leaf")),
            "may_go_on": not judged.reasons(asked.completion),
        }
    return render(request, "counter/judged.html", context)


@page("order.place", methods=("POST",))
def reasons(request: StaffRequest, organization_id: int, item_code: str) -> HttpResponse:
    """The lines that would be handed back with the form as it stands, as .xlsx."""
    form = application_form(request, item_code, organization_id)
    if not form.is_valid():
        return application_page(request, form)
    judged = desk.dry_run(asked_for(request, form), actor=request.actor, at=request.at)
    content = refused_sheet(judged, get_language() or "zh-hans")
    return file_response(content, f"reasons-{item_code}.xlsx", XLSX, download=True)
