"""Pages of the 400 numbers that business units want, and of the desk that keeps them (P1-07)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trunkline.interfaces.web.fields import DeskForm
from trunkline.interfaces.web.numbers.forms import OrganizationForm
from trunkline.interfaces.web.page import StaffRequest, done, leafed, page, submitted
from trunkline.numbering import queries as numbers
from trunkline.numbering.requests import operations, queries
from trunkline.numbering.requests.rules import event_refusals, is_400
from trunkline.numbering.requests.types import (
    OPEN,
    RequestEvent,
    RequestState,
    RequestView,
)
from trunkline.numbering.searching import NumberSearch
from trunkline.party.queries import organization, organizations
from trunkline.security.queries import staff_names

#: How many idle numbers the desk is offered at once.
_OFFERED = 20
_TABS: dict[str, tuple[Promise, tuple[RequestState, ...]]] = {
    "open": (gettext_lazy("待处理"), OPEN),
    "served": (gettext_lazy("已受理、在用"), (RequestState.ORDERED, RequestState.IN_USE)),
    "over": (gettext_lazy("已释放、过期"), (RequestState.RELEASED, RequestState.EXPIRED)),
}


class ReportForm(OrganizationForm):
    """What an organisation wants, for what, and whom to talk to."""

    wanted = forms.CharField(
        label=gettext_lazy("意向号码"),
        max_length=20,
        help_text=gettext_lazy("10位号码，或以4000、4006开头的查询式，如 4006*888"),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off", "placeholder": "4006"}),
    )
    purpose = forms.CharField(
        label=gettext_lazy("使用用途"), widget=forms.Textarea({"rows": 2}), max_length=500
    )
    contact_name = forms.CharField(label=gettext_lazy("联系人"), max_length=40)
    contact_phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=20)


class WordsForm(DeskForm):
    """What is said."""

    words = forms.CharField(label=gettext_lazy("内容"), widget=forms.Textarea({"rows": 2}), max_length=500)


class ReserveForm(DeskForm):
    """Which number is reserved, and a word with it."""

    number = forms.CharField(
        label=gettext_lazy("预占号码"),
        max_length=10,
        widget=forms.TextInput({"inputmode": "numeric", "list": "idle-numbers", "autocomplete": "off"}),
    )
    words = forms.CharField(label=gettext_lazy("说明"), max_length=500, required=False)


@dataclass(frozen=True, slots=True)
class _Act:
    """One thing that can be done to a request: its event, permission, form, button and operation."""

    event: RequestEvent
    permission: str
    form: type[DeskForm]
    title: Promise
    carry_out: Callable[..., RequestView]


_ACTS = {
    "reserve": _Act(
        RequestEvent.RESERVE,
        "number_request.reserve",
        ReserveForm,
        gettext_lazy("预占"),
        operations.reserve_wanted,
    ),
    "remark": _Act(
        RequestEvent.REMARK, "number_request.remark", WordsForm, gettext_lazy("留言"), operations.remark
    ),
    "issue": _Act(
        RequestEvent.RAISE,
        "number_request.raise_issue",
        WordsForm,
        gettext_lazy("提出问题"),
        operations.raise_issue,
    ),
    "withdraw": _Act(
        RequestEvent.RELEASE,
        "number_request.withdraw",
        WordsForm,
        gettext_lazy("撤回并释放"),
        operations.withdraw_wish,
    ),
}


@page("number.view")
def list_requests(request: StaffRequest) -> HttpResponse:
    """Requests by how far they are, the oldest first."""
    chosen = request.GET.get("tab", "open")
    tab = chosen if chosen in _TABS else "open"
    leaf = leafed(request, lambda limit, offset: queries.requests(_TABS[tab][1], limit, offset))
    context = {
        "tabs": [(code, title) for code, (title, _states) in _TABS.items()],
        "tab": tab,
        **leaf,
        "names": organizations(each.organization_id for each in leaf["items"]),
    }
    return render(request, "numbers/requests.html", context)


@page("number_request.report", methods=("GET", "POST"))
def report(request: StaffRequest) -> HttpResponse:
    """Report what an organisation wants."""
    form = ReportForm(request.POST or None)
    if submitted(request, form):
        said = form.cleaned_data
        made = operations.report_wish(
            organization_id=said["organization"],
            wanted=said["wanted"].replace(" ", ""),
            purpose=said["purpose"],
            contact_name=said["contact_name"],
            contact_phone=said["contact_phone"],
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("意向号码已上报。"), "numbers:request", made.id)
    return render(request, "numbers/report.html", {"form": form})


@page("number.view")
def show(request: StaffRequest, request_id: int) -> HttpResponse:
    """A request with its thread, the reservation's countdown, and what can be done."""
    return _shown(request, request_id, {})


@page("number.view", methods=("POST",))
def act(request: StaffRequest, request_id: int, code: str) -> HttpResponse:
    """Do one thing to a request; the operation asks for its own permission."""
    if code not in _ACTS:
        raise Http404
    sent = request.POST.dict()
    # One of the idle numbers that were offered is reserved by its own button.
    form = _ACTS[code].form(sent | {"number": sent.get("pick", sent.get("number", ""))})
    if submitted(request, form):
        _ACTS[code].carry_out(request_id=request_id, **form.cleaned_data, actor=request.actor, at=request.at)
        return done(
            request, _("%(action)s：已登记。") % {"action": _ACTS[code].title}, "numbers:request", request_id
        )
    return _shown(request, request_id, {code: form})


def _shown(request: StaffRequest, request_id: int, sent: dict[str, DeskForm]) -> HttpResponse:
    view = queries.request(request_id)
    thread = queries.thread_of(request_id)
    acts = [
        {
            "code": code,
            "title": each.title,
            "form": sent.get(code) or _blank(code, view),
            "open": code in sent,
        }
        for code, each in _ACTS.items()
        if request.actor.may(each.permission) and not event_refusals(view.id, view.state, each.event)
    ]
    context: dict[str, Any] = {
        "wish": view,
        "organization": organization(view.organization_id),
        "thread": thread,
        "names": staff_names({entry.staff_id for entry in thread if entry.staff_id is not None}),
        "lease": numbers.reservation_of(view.number) if view.number and view.state in OPEN else None,
        "acts": acts,
        "offered": _offered(view) if any(each["code"] == "reserve" for each in acts) else (),
        "now": request.at,
    }
    return render(request, "numbers/request.html", context)


def _blank(code: str, view: RequestView) -> DeskForm:
    """An empty form; the desk's with the number that was wanted."""
    wanted = view.wanted if is_400(view.wanted) else ""
    return _ACTS[code].form(initial={"number": view.number or wanted} if code == "reserve" else None)


def _offered(view: RequestView) -> list[str]:
    """Idle numbers that look as wanted."""
    pattern = view.wanted if set(view.wanted) & set("*?") or is_400(view.wanted) else f"{view.wanted}*"
    found = numbers.search_numbers(NumberSearch(pattern=pattern, stock_id=view.branch_id), limit=_OFFERED)
    return [each.number for each in found]
