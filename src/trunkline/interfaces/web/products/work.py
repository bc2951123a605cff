"""The work on a product: its steps, its change, its end. What is refused stands on the product's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from trunkline.installations import operations
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.interfaces.web.products.forms import ChangeForm, ExcuseForm, WordsForm
from trunkline.interfaces.web.products.views import shown


@page("fulfilment.finish", methods=("POST",))
def finish(request: StaffRequest, installation_id: int, task_id: int) -> HttpResponse:
    """A step is done."""
    form = WordsForm(request.POST)
    if submitted(request, form):
        operations.finish_task(task_id=task_id, actor=request.actor, at=request.at, **form.cleaned_data)
        return done(request, _("已完成，下一环节已开始。"), "products:show", installation_id)
    return shown(request, installation_id)


@page("fulfilment.fail", methods=("POST",))
def fail(request: StaffRequest, installation_id: int, task_id: int) -> HttpResponse:
    """A step cannot be done, for a reason."""
    form = WordsForm(request.POST)
    if submitted(request, form):
        words = form.cleaned_data["words"]
        operations.fail_task(task_id=task_id, words=words, actor=request.actor, at=request.at)
        return done(request, _("已登记未通过原因。"), "products:show", installation_id)
    return shown(request, installation_id)


@page("fulfilment.reopen", methods=("POST",))
def reopen(request: StaffRequest, installation_id: int, task_id: int) -> HttpResponse:
    """A step that failed is taken up again."""
    if not request.refusals:
        operations.reopen_task(task_id=task_id, actor=request.actor, at=request.at)
        return done(request, _("已重新办理。"), "products:show", installation_id)
    return shown(request, installation_id)


@page("installation.withdraw", methods=("POST",))
def withdraw(request: StaffRequest, installation_id: int) -> HttpResponse:
    """The product is given up."""
    form = WordsForm(request.POST)
    if submitted(request, form):
        operations.withdraw_installation(
            installation_id=installation_id,
            words=form.cleaned_data["words"],
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("已撤单。"), "products:show", installation_id)
    return shown(request, installation_id)


@page("installation.excuse", methods=("POST",))
def excuse(request: StaffRequest, installation_id: int) -> HttpResponse:
    """Days of a late opening that are the customer's fault."""
    form = ExcuseForm(request.POST)
    if submitted(request, form):
        operations.excuse_days(
            installation_id=installation_id, actor=request.actor, at=request.at, **form.cleaned_data
        )
        return done(request, _("已扣除客户原因天数。"), "products:show", installation_id)
    return shown(request, installation_id)


@page("installation.change", methods=("POST",))
def change(request: StaffRequest, installation_id: int) -> HttpResponse:
    """Another monthly fee from a day on."""
    form = ChangeForm(request.POST)
    if submitted(request, form):
        operations.change_rate(
            installation_id=installation_id, actor=request.actor, at=request.at, **form.cleaned_data
        )
        return done(request, _("已登记变更。"), "products:show", installation_id)
    return shown(request, installation_id)


@page("installation.remove", methods=("POST",))
def remove(request: StaffRequest, installation_id: int) -> HttpResponse:
    """The product ends."""
    form = WordsForm(request.POST)
    if submitted(request, form):
        operations.remove_installation(
            installation_id=installation_id,
            words=form.cleaned_data["words"],
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("已拆除。"), "products:show", installation_id)
    return shown(request, installation_id)
