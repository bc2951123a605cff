"""What customers hold, and the tasks of the back office."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.billing.compensation import late_installation_compensation
from trunkline.installations import queries
from trunkline.installations.types import InstallationView, PlaceKind, PlaceView
from trunkline.interfaces.web.page import StaffRequest, page, paged
from trunkline.interfaces.web.products.forms import (
    ChangeForm,
    ExcuseForm,
    ProductFilter,
    TaskFilter,
    WordsForm,
)
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field
from trunkline.ordering.products import ProductSpecification, specification, specifications
from trunkline.ordering.products.specification import END_FIELDS, ENDS
from trunkline.party import queries as party
from trunkline.security.queries import staff_names

_RECORDS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Said:
    """An answer with its name."""

    name: Text
    value: str


def _said(fields: tuple[Field, ...], values: dict[str, str]) -> list[Said]:
    return [Said(field.label, field.words_of(values[field.name])) for field in fields if field.name in values]


@page("installation.view")
def list_products(request: StaffRequest) -> HttpResponse:
    """Installed products, the newest first."""
    form = ProductFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"q": "", "state": None}
    found = queries.find_installations(chosen["q"], state=chosen["state"])
    context = {
        **paged(request, found),
        "form": form,
        "organizations": party.organizations({one.organization_id for one in found}),
        "titles": {code: product.title for code, product in specifications().items()},
    }
    return render(request, "products/list.html", context)


@page("installation.view")
def list_tasks(request: StaffRequest) -> HttpResponse:
    """What must be done now, the longest overdue first."""
    form = TaskFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"kind": None, "state": None}
    found = queries.tasks_to_do(kind=chosen["kind"], state=chosen["state"])
    today = local_date(request.at)
    context = {
        **paged(request, found),
        "form": form,
        "late": {task.id for task in found if task.late(today)},
        "organizations": party.organizations({task.organization_id for task in found}),
        "titles": {code: product.title for code, product in specifications().items()},
    }
    return render(request, "products/tasks.html", context)


def _ends(places: tuple[PlaceView, ...]) -> list[tuple[Text, list[Said]]]:
    return [
        (ENDS[place.kind], _said(END_FIELDS, dict(place.values)))
        for place in places
        if place.kind is not PlaceKind.RECORD
    ]


def _records(product: ProductSpecification, places: tuple[PlaceView, ...]) -> list[list[str]]:
    """The values of the records in the order of the declaration."""
    fields = product.records.fields if product.records else ()
    return [
        [field.words_of(place.values[field.name]) if field.name in place.values else "" for field in fields]
        for place in places
        if place.kind is PlaceKind.RECORD
    ]


def _late(installed: InstallationView, request: StaffRequest) -> Decimal:
    """What is owed for opening late, or would be if it were opened today (REG-03)."""
    fee = installed.one_time_fee - installed.goods_part
    return late_installation_compensation(fee, installed.late_days(local_date(request.at)))


@page("installation.view")
def show(request: StaffRequest, installation_id: int) -> HttpResponse:
    """A product with its ends, its tasks and what has happened to it."""
    return shown(request, installation_id)


def shown(request: StaffRequest, installation_id: int) -> HttpResponse:
    """The same where something that was submitted could not be done."""
    installed = queries.installation(installation_id)
    product, places = specification(installed.specification), queries.places_of(installation_id)
    records = _records(product, places)
    tasks, happened = queries.tasks_of(installation_id), queries.timeline(installation_id)
    today = local_date(request.at)
    context = {
        "one": installed,
        "product": product,
        "organization": party.organization(installed.organization_id),
        "account": party.account(installed.account_id),
        "characteristics": _said(product.characteristics, dict(installed.characteristics)),
        "ends": _ends(places),
        "records": records[:_RECORDS_SHOWN],
        "record_count": len(records),
        "tasks": tasks,
        "late": {task.id for task in tasks if task.late(today)},
        "may_do": {task.id for task in tasks if request.actor.may(f"fulfilment.{task.kind}")},
        "timeline": happened,
        "names": staff_names({entry.staff_id for entry in happened}),
        "compensation": _late(installed, request),
        "late_days": installed.late_days(today),
        "excuse": ExcuseForm(
            request.POST if "days" in request.POST else None, initial={"days": installed.excused_days}
        ),
        "words": WordsForm(),
        "change": ChangeForm(request.POST if "monthly_fee" in request.POST else None),
    }
    return render(request, "products/show.html", context)
