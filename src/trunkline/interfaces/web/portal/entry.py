"""Coming in and going out, and what is answered without coming in at all."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from trunkline.counter import portal
from trunkline.counter.order_status import order_status
from trunkline.interfaces.web.page import public, submitted
from trunkline.interfaces.web.portal.door import (
    ROOT,
    PortalRequest,
    forget,
    idle_minutes,
    portal_page,
    remember,
)
from trunkline.interfaces.web.portal.forms import AgainForm, LoginForm, StatusForm
from trunkline.kernel import clock
from trunkline.security import throttle

LOGIN, STATUS = "portal", "status"


def _watched(request: HttpRequest, subject: str) -> tuple[throttle.Watched, ...]:
    return throttle.subject(subject), throttle.address(get_client_ip_address(request) or "")


@public
def login(request: HttpRequest) -> HttpResponse:
    """Log in with a number and its service password, or as an organisation's handler (S24, X-R2).

    Five wrong tries lock a number for an hour whether there is such a number or not, and whatever was wrong is
    said in the same words: nothing can be found out here.
    """
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(("GET", "HEAD", "POST"))
    form = LoginForm(request.POST or None)
    context = {"form": form, "minutes": idle_minutes()}
    if request.method != "POST" or not form.is_valid():
        return _unkept(render(request, "portal/login.html", context))
    said, at = form.cleaned_data, clock.now()
    watched = _watched(request, said["number"])
    with throttle.counted(watched):
        if throttle.locked(LOGIN, watched, at):
            return _unkept(render(request, "portal/locked.html", status=429))
        secret = portal.log_in(
            number=said["number"], password=said["password"], organization_code=said["organization"], at=at
        )
        throttle.note(LOGIN, watched, passed=secret is not None, at=at)
        locks = secret is None and throttle.locked(LOGIN, watched, at)
    if locks:
        return _unkept(render(request, "portal/locked.html", status=429))
    if secret is None:
        form.add_error(None, _("号码、服务密码或单位编码不对。连续 5 次不对，该号码锁定 1 小时。"))
        return _unkept(render(request, "portal/login.html", context))
    rotate_token(request)
    return remember(redirect("portal:home"), secret)


@public
def status(request: HttpRequest) -> HttpResponse:
    """Where an order stands, by its number (S11-E1). See `counter.order_status` for why the number is not enough."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(("GET", "HEAD", "POST"))
    form = StatusForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        said, at = form.cleaned_data, clock.now()
        watched = _watched(request, said["number"])
        with throttle.counted(watched):
            if throttle.locked(STATUS, watched, at):
                return _unkept(
                    render(request, "portal/status.html", {"form": form, "locked": True}, status=429)
                )
            found = order_status(number=said["number"], last_four=said["last_four"])
            throttle.note(STATUS, watched, passed=found is not None, at=at)
        context |= {"found": found, "asked": True}
    return _unkept(render(request, "portal/status.html", context))


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


@portal_page("line.view", methods=("POST",))
def logout(request: PortalRequest) -> HttpResponse:
    """Leave."""
    portal.leave(request.visitor, request.at)
    return forget(redirect("portal:login"))


@portal_page("verification.record", methods=("GET", "HEAD", "POST"))
def again(request: PortalRequest) -> HttpResponse:
    """The service password once more: what it proved is too long ago for an order to rest on."""
    back = request.GET.get("next", "")
    inside = back.startswith(ROOT) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    form = AgainForm(request.POST or None)
    if submitted(request, form):
        if portal.prove_again(request.visitor, password=form.cleaned_data["password"], at=request.at):
            return redirect(back if inside else "portal:home")
        form.add_error("password", _("服务密码不对。连续 5 次不对将锁定 1 小时。"))
    return render(request, "portal/again.html", {"form": form})
