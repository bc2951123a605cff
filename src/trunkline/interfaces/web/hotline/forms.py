"""Forms of the hotline desk."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trunkline.care.types import Area, Product, TicketKind, TicketRequest
from trunkline.counter.hotline import Caller
from trunkline.interfaces.web.fields import DeskForm


class FaultForm(DeskForm):
    """A fault of the caller's line, taken down while he speaks (S25)."""

    subject = forms.CharField(
        label=_("障碍现象"), max_length=80, widget=forms.TextInput(attrs={"accesskey": "z"})
    )
    description = forms.CharField(
        label=_("详细描述"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    reporter_phone = forms.CharField(label=_("回复电话"), max_length=20)

    def __init__(self, *args: Any, who: Caller, **kwargs: Any) -> None:
        super().__init__(*args, initial={"reporter_phone": who.line.number}, **kwargs)
        self.who = who

    def request(self) -> TicketRequest:
        """The ticket as the desk of tickets takes it."""
        said, line = self.cleaned_data, self.who.line
        return TicketRequest(
            kind=TicketKind.FAULT,
            organization_id=line.organization_id,
            reporter_name=line.user_name,
            reporter_phone=said["reporter_phone"].strip(),
            subject=said["subject"],
            description=said["description"] or said["subject"],
            area=Area.URBAN,
            product=Product.MOBILE,
            line_id=line.id,
        )


class LossForm(DeskForm):
    """A loss report needs nothing but that it is sent once (S07)."""

    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"idempotency_key": str(uuid.uuid4())}, **kwargs)
