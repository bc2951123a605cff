"""Messages to customers: how far they have come, and sending a failed one again. Nobody reads their words here."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trunkline.interfaces.web.fields import CodeField, DeskForm
from trunkline.interfaces.web.page import StaffRequest, done, leafed, page
from trunkline.messaging.gateways import gateway_statuses
from trunkline.messaging.operations import retry_message
from trunkline.messaging.queries import count_waiting, find_messages
from trunkline.messaging.types import MessageKind, MessageState, Purpose


class MessageFilter(DeskForm):
    """What to list."""

    state = CodeField(
        MessageState, label=gettext_lazy("状态"), required=False, empty=gettext_lazy("全部状态")
    )
    kind = CodeField(MessageKind, label=gettext_lazy("方式"), required=False, empty=gettext_lazy("全部方式"))
    purpose = CodeField(Purpose, label=gettext_lazy("用途"), required=False, empty=gettext_lazy("全部用途"))
    line = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


@page("message.view")
def list_messages(request: StaffRequest) -> HttpResponse:
    """Messages, the newest first, and where each kind of them goes."""
    form = MessageFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = leafed(
        request,
        lambda limit, offset: find_messages(
            state=chosen.get("state"),
            kind=chosen.get("kind"),
            purpose=chosen.get("purpose"),
            line_id=chosen.get("line"),
            limit=limit,
            offset=offset,
        ),
    )
    gateways = gateway_statuses(count_waiting())
    return render(request, "outbox/list.html", {**found, "form": form, "gateways": gateways})


@page("message.retry", methods=("POST",))
def retry(request: StaffRequest, message_id: int) -> HttpResponse:
    """Let a failed message be sent again."""
    retry_message(message_id=message_id, actor=request.actor, at=request.at)
    return done(request, _("已重新提交发送。"), "outbox:list")
