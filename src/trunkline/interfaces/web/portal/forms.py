"""Forms of the portal."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trunkline.counter.portal import Visitor, proved
from trunkline.interfaces.web.counter.applications import ApplicationForm
from trunkline.interfaces.web.fields import DeskForm
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.types import LineChoice, OrderRequest
from trunkline.subscriptions.queries import lines_by_number
from trunkline.subscriptions.types import LineView

#: The number a row begins with.
_NUMBER = re.compile(r"^[^\S\n]*([^\s,;\uff0c\uff1b\u3001]+)", re.MULTILINE)


def _secret(label: Any, autocomplete: str) -> forms.CharField:
    look = {"autocomplete": autocomplete, "inputmode": "numeric"}
    return forms.CharField(label=label, max_length=20, widget=forms.PasswordInput(attrs=look), strip=False)


class LoginForm(DeskForm):
    """A number and its service password; with an organisation's code its handler comes."""

    number = forms.CharField(
        label=_("手机号码"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "username", "autofocus": True}),
    )
    password = _secret(_("服务密码"), "current-password")
    organization = forms.CharField(
        label=_("单位编码（经办人填写）"),
        max_length=40,
        required=False,
        help_text=_("客户编码或统一社会信用代码。以单位经办人身份登录时填写，手机号码须是登记的经办人电话。"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class AgainForm(DeskForm):
    """The service password once more."""

    password = _secret(_("服务密码"), "current-password")


class PasswordForm(DeskForm):
    """A new service password against the old one (S24)."""

    password = _secret(_("原服务密码"), "current-password")
    new = _secret(_("新服务密码"), "new-password")
    repeated = _secret(_("再次输入新服务密码"), "new-password")
    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"idempotency_key": str(uuid.uuid4())}, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("new") != cleaned.get("repeated"):
            self.add_error("repeated", _("两次输入的新密码不一致。"))
        return cleaned


class StatusForm(DeskForm):
    """An order's number and who asks."""

    number = forms.CharField(label=_("订单号"), max_length=32)
    last_four = forms.CharField(
        label=_("经办人电话（或办理号码）后四位"),
        min_length=4,
        max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class PortalForm(ApplicationForm):
    """An application for the visitor's own lines: no papers, and nobody else's number is as much as known.

    For one line that is given, what the item asks for each line are fields of their own; a handler who names
    several writes it after each number, as at the counter.
    """

    def __init__(
        self, *args: Any, item: ServiceItem[Any, Any], who: Visitor, line: LineView | None, **kwargs: Any
    ) -> None:
        self.who, self.line, self.declared = who, line, item
        each = item.line_fields if line is not None else ()
        super().__init__(
            *args,
            item=replace(item, fields=(*item.fields, *each), papers=()),
            handlers=(),
            organization_id=who.organization_id,
            **kwargs,
        )
        for name in ("handler", "verification", "completion"):
            del self.fields[name]

    def clean_rows(self) -> tuple[LineChoice, ...]:
        """The line that was given, or the numbers that were written, as far as they are the organisation's."""
        if self.line is not None:
            return (LineChoice(self.line.id),)
        written = _NUMBER.findall(self.cleaned_data["rows"])
        held = lines_by_number(written)
        own = {number for number, line in held.items() if line.organization_id == self.who.organization_id}
        if foreign := [number for number in written if number not in own]:
            raise forms.ValidationError(
                gettext("没有这些在用号码：%(numbers)s") % {"numbers": "、".join(foreign[:10])}
            )
        return super().clean_rows()

    def request(self) -> OrderRequest:
        """The order as the counter takes it; `Refused` where it reaches beyond the visitor's own."""
        each = {field.name for field in self.declared.line_fields} if self.line is not None else set()
        answers = {
            field.name: self.cleaned_data[f"ask_{field.name}"]
            for field in self.item.fields
            if self.cleaned_data[f"ask_{field.name}"]
        }
        chosen: tuple[LineChoice, ...] = self.cleaned_data["rows"]
        if self.line is not None:
            chosen = (LineChoice(self.line.id, {name: answers[name] for name in each if name in answers}),)
        return proved(
            self.who,
            OrderRequest(
                item_code=self.declared.code,
                organization_id=self.who.organization_id,
                handler_id=None,
                papers=(),
                details={name: value for name, value in answers.items() if name not in each},
                lines=chosen,
                idempotency_key=self.cleaned_data["idempotency_key"],
            ),
            self.declared,
        )
