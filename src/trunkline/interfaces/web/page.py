"""How every page is entered: a person, a permission, one transaction, and refusals shown as such."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django_htmx.middleware import HtmxDetails

from trunkline.kernel import clock
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.security.audit import acting
from trunkline.security.queries import actor_of_user
from trunkline.security.types import NOT_PERMITTED, Actor, Door

P = ParamSpec("P")
Item = TypeVar("Item")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class StaffRequest(HttpRequest):
    """A request as `page` hands it to a view: somebody acts, at a known instant.

    `refusals` is empty, or holds why the submission that is being shown again could not be carried out.
    """

    actor: Actor
    at: datetime
    refusals: tuple[Refusal, ...]
    htmx: HtmxDetails


View = Callable[Concatenate[StaffRequest, P], HttpResponse]


def page(
    permission: str, *, methods: Sequence[str] = ("GET", "HEAD")
) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Make a function a page that needs `permission` (P5-2).

    The view runs and renders inside one transaction that shows only the rows of the actor's branches. When it
    raises `Refused` the transaction is rolled back first; a form that was submitted is then shown again, filled
    in, by calling the view a second time with `request.refusals`; anything else gets the page (or, for HTMX, the
    fragment) of refusals. Status 403 without permission, 404 for what does not exist, otherwise 409.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            actor = actor_of_user(request.user, Door.WEB)
            staff_request = cast(StaffRequest, request)
            if actor is None:
                return _to_login(staff_request)
            staff_request.actor, staff_request.at, staff_request.refusals = actor, clock.now(), ()
            try:
                with acting(actor):
                    actor.require(permission)
                    return view(staff_request, *args, **kwargs)
            except Refused as refused:
                return refused_answer(
                    staff_request, functools.partial(view, staff_request, *args, **kwargs), refused
                )

        enter.permission = permission  # type: ignore[attr-defined]
        return enter

    return decorate


def public(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark a page that nobody has to log in for."""
    view.permission = ""  # type: ignore[attr-defined]
    return view


def submitted(request: StaffRequest, form: BaseForm) -> bool:
    """Whether `form` was sent, is well-formed, and has not been refused already."""
    return request.method == "POST" and not request.refusals and form.is_valid()


def done(request: HttpRequest, message: str, to: str, *args: object) -> HttpResponse:
    """Say that a write succeeded and go to another page, so that reloading does not repeat it."""
    messages.success(request, message)
    return redirect(to, *args)


def paged(request: HttpRequest, items: Sequence[Item], size: int = 50) -> dict[str, Any]:
    """The context of one page of `items`: the page, and the query to keep when leafing."""
    query = request.GET.copy()
    query.pop("page", None)
    chosen = Paginator(items, size).get_page(request.GET.get("page"))
    return {"page_obj": chosen, "page_query": query.urlencode()}


def leafed(
    request: HttpRequest, fetch: Callable[[int, int], Sequence[Item]], size: int = 50
) -> dict[str, Any]:
    """The context of one leaf of something too long to count: `fetch` takes a limit and an offset."""
    query = request.GET.copy()
    asked = query.pop("page", ["1"])[-1]
    leaf = max(int(asked), 1) if asked.isdecimal() else 1
    # One more than fits tells whether another leaf follows.
    found = fetch(size + 1, (leaf - 1) * size)
    return {
        "items": found[:size],
        "leaf": leaf,
        "previous": leaf - 1,
        "next": leaf + 1 if len(found) > size else 0,
        "page_query": query.urlencode(),
    }


def file_response(content: bytes, name: str, kind: str, *, download: bool = False) -> HttpResponse:
    """A document of media type `kind`, shown in the browser or saved under `name` (ASCII)."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'{"attachment" if download else "inline"}; filename="{name}"'
    return response


def _to_login(request: StaffRequest) -> HttpResponse:
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    response = HttpResponse(status=401)
    response["HX-Refresh"] = "true"
    return response


def _status(refusals: tuple[Refusal, ...]) -> int:
    if any(r.code == NOT_PERMITTED.code for r in refusals):
        return 403
    return 404 if all(r.code.endswith(".unknown") for r in refusals) else 409


def refused_answer(
    request: StaffRequest,
    again: Callable[[], HttpResponse],
    refused: Refused,
    template: str = "web/refused.html",
) -> HttpResponse:
    """What is shown for a refusal: the fragment, the form once more (by `again`), or a page of its own."""
    status = _status(refused.refusals)
    if request.htmx:
        return render(request, "web/refusals.html", {"refusals": refused.refusals}, status=status)
    if request.method == "POST" and status != 403:
        request.refusals = refused.refusals
        try:
            with acting(request.actor):
                response = again()
            response.status_code = status
            return response
        except Refused as second:
            refused = second
    request.refusals = ()
    context = {"refusals": refused.refusals, "status": status}
    return render(request, template, context, status=status)
