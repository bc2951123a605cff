"""Pages of the counter's leases and of the queues for numbers (P1-07)."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trunkline.interfaces.web.numbers.forms import OrganizationForm
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.kernel.refusals import Refused
from trunkline.numbering import queries
from trunkline.numbering.leases import operations as leasing
from trunkline.numbering.leases.rules import organization_of
from trunkline.numbering.rules import UNKNOWN
from trunkline.numbering.types import LeasePurpose, NumberState, ReservationView
from trunkline.party.queries import organizations
from trunkline.party.types import OrganizationView

_POST = ("POST",)


@page("number.view")
def show(request: StaffRequest, number: str) -> HttpResponse:
    """A number: its state and grade, who holds it until when, who waits for it, and what can be done."""
    return _shown(request, number, OrganizationForm())


@page("number.view")
def mine(request: StaffRequest) -> HttpResponse:
    """The leases and the places in queues that whoever asks answers for."""
    leases = queries.counter_leases(request.actor.staff_id)
    places = queries.waiting_of_staff(request.actor.staff_id)
    context = {
        "leases": leases,
        "places": places,
        "names": _holders(leases, (place.organization_id for place in places)),
        "now": request.at,
    }
    return render(request, "numbers/mine.html", context)


@page("number.reserve", methods=_POST)
def lease(request: StaffRequest, number: str) -> HttpResponse:
    """Reserve the number for an organisation."""
    form = OrganizationForm(request.POST)
    if submitted(request, form):
        chosen = form.cleaned_data["organization"]
        leasing.lease_number(number=number, organization_id=chosen, actor=request.actor, at=request.at)
        return done(request, _("号码已预占。"), "numbers:show", number)
    return _shown(request, number, form)


@page("number.extend", methods=_POST)
def extend(request: StaffRequest, number: str) -> HttpResponse:
    """Let the lease run as long again."""
    if submitted(request, forms.Form(request.POST)):
        leasing.extend_lease(number=number, actor=request.actor, at=request.at)
        return done(request, _("预占已延长。"), "numbers:show", number)
    return _shown(request, number, OrganizationForm())


@page("number.release", methods=_POST)
def release(request: StaffRequest, number: str) -> HttpResponse:
    """Give the number back, or to whoever waits first."""
    if submitted(request, forms.Form(request.POST)):
        leasing.release_lease(number=number, actor=request.actor, at=request.at)
        return done(request, _("号码已释放。"), "numbers:show", number)
    return _shown(request, number, OrganizationForm())


@page("number.wait", methods=_POST)
def wait(request: StaffRequest, number: str) -> HttpResponse:
    """Put an organisation into the queue."""
    form = OrganizationForm(request.POST)
    if submitted(request, form):
        chosen = form.cleaned_data["organization"]
        leasing.join_queue(number=number, organization_id=chosen, actor=request.actor, at=request.at)
        return done(request, _("已加入候补。"), "numbers:show", number)
    return _shown(request, number, form)


@page("number.stop_waiting", methods=_POST)
def stop_waiting(request: StaffRequest, number: str, organization_id: int) -> HttpResponse:
    """Take an organisation out of the queue."""
    if submitted(request, forms.Form(request.POST)):
        leasing.leave_queue(
            number=number, organization_id=organization_id, actor=request.actor, at=request.at
        )
        return done(request, _("已退出候补。"), "numbers:show", number)
    return _shown(request, number, OrganizationForm())


def _holders(
    leases: Iterable[ReservationView | None], waiting: Iterable[int]
) -> dict[int | str, OrganizationView]:
    """Organisations by id, and by the holder of the leases they have."""
    held = {one.holder: organization_of(one.holder) for one in leases if one}
    found = organizations({*waiting, *(id_ for id_ in held.values() if id_ is not None)})
    names: dict[int | str, OrganizationView] = dict(found.items())
    names.update({holder: found[id_] for holder, id_ in held.items() if id_ in found})
    return names


def _shown(request: StaffRequest, number: str, form: OrganizationForm) -> HttpResponse:
    view = queries.numbers([number]).get(number)
    if view is None:
        raise Refused(UNKNOWN.about(number))
    lease, queue = queries.reservation_of(number), queries.queue_of(number)
    context = {
        "number": view,
        "grade": next((grade for grade in queries.grades() if grade.code == view.grade), None),
        "lease": lease,
        "of_counter": lease is not None and lease.purpose in set(LeasePurpose),
        "queue": queue,
        "names": _holders([lease], (place.organization_id for place in queue)),
        "idle": view.state is NumberState.IDLE,
        "comes_free": view.state in {NumberState.RESERVED, NumberState.FROZEN},
        "form": form,
        "now": request.at,
    }
    return render(request, "numbers/show.html", context)
