"""Ordering a product: choose it, say what it needs, see every reason, place the order."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trunkline.counter import desk
from trunkline.counter.registry import service_item
from trunkline.installations.queries import find_installations
from trunkline.interfaces.web.page import StaffRequest, done, file_response, page, submitted
from trunkline.interfaces.web.products.forms import ITEM, ProductOrderForm
from trunkline.kernel.refusals import Refused
from trunkline.ordering.products import UNKNOWN_PRODUCT, Family, specification, specifications
from trunkline.ordering.products.sheets import template_of
from trunkline.party import queries as party

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page("order.place")
def choose(request: StaffRequest, organization_id: int) -> HttpResponse:
    """The products by family (S99-1)."""
    context = {
        "organization": party.organization(organization_id),
        "item": service_item(ITEM),
        "families": [
            (family, [product for product in specifications().values() if product.family is family])
            for family in Family
        ],
    }
    return render(request, "products/choose.html", context)


def _form(request: StaffRequest, organization_id: int, code: str) -> ProductOrderForm:
    return ProductOrderForm(
        request.POST or None,
        request.FILES or None,
        product=specification(code),
        handlers=party.handlers(organization_id),
        organization_id=organization_id,
    )


@page("order.place", methods=("GET", "HEAD", "POST"))
def order(request: StaffRequest, organization_id: int, code: str) -> HttpResponse:
    """Order one product; what came of it is its page."""
    form = _form(request, organization_id, code)
    if submitted(request, form):
        placed = desk.place(request=form.request(), actor=request.actor, at=request.at)
        made = find_installations(order_id=placed.id)
        words = _("已受理，订单号 %(number)s。") % {"number": placed.number}
        if made:
            return done(request, words, "products:show", made[0].id)
        return done(request, words, "counter:show", placed.id)
    context = {
        "form": form,
        "item": service_item(ITEM),
        "product": form.product,
        "organization": party.organization(organization_id),
        "handlers": party.handlers(organization_id),
    }
    return render(request, "products/order.html", context)


@page("order.place", methods=("POST",))
def check(request: StaffRequest, organization_id: int, code: str) -> HttpResponse:
    """What would happen with the form as it stands, and by when it would be open."""
    form = _form(request, organization_id, code)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        asked = form.request()
        judged = desk.dry_run(asked, actor=request.actor, at=request.at)
        context |= {"judgement": judged, "may_go_on": not judged.reasons(asked.completion)}
    return render(request, "products/judged.html", context)


@page("order.place")
def sheet(request: StaffRequest, code: str) -> HttpResponse:
    """An empty sheet for a product's list."""
    records = specification(code).records
    if records is None:
        raise Refused(UNKNOWN_PRODUCT.about(code))
    content = template_of(records, get_language() or "zh-hans")
    return file_response(content, f"{code}.xlsx", _XLSX, download=True)
