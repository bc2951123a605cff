"""Proving who the customer is, before an order that needs it (X-R2, S24-3, S30-A1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.counter.identity import (
    Identity,
    verify_by_card,
    verify_by_password,
    verify_by_port_code,
    verify_by_three_checks,
)
from trunkline.counter.registry import service_item
from trunkline.interfaces.web.fields import DeskForm
from trunkline.interfaces.web.page import StaffRequest, page
from trunkline.ordering.types import VERIFICATION_NAMES, VerificationKind
from trunkline.security.types import Actor


class IdentityForm(DeskForm):
    """What the customer says of himself. Nothing of it is kept but how the check went."""

    proof_kind = forms.ChoiceField(label=_("核验方式"), required=False)
    proof_number = forms.CharField(label=_("号码"), required=False, max_length=20)
    proof_password = forms.CharField(
        label=_("服务密码"),
        required=False,
        max_length=20,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    proof_name = forms.CharField(label=_("姓名"), required=False, max_length=40)
    proof_id_number = forms.CharField(label=_("证件号码"), required=False, max_length=18)
    proof_code = forms.CharField(label=_("携号转网授权码"), required=False, max_length=8)
    proof_iccid = forms.CharField(label=_("用户卡ICCID"), required=False, max_length=20)

    def __init__(self, *args: Any, kinds: Collection[VerificationKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        chooser = self.fields["proof_kind"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        chooser.choices = [(str(k), VERIFICATION_NAMES[k].in_language(language)) for k in sorted(kinds)]
        self.kinds = kinds

    def asked(self) -> list[forms.BoundField]:
        """The fields that one of the kinds asks for."""
        wanted = {
            VerificationKind.SERVICE_PASSWORD: ("proof_password",),
            VerificationKind.THREE_CHECKS: ("proof_name", "proof_id_number"),
            VerificationKind.USER_CARD: ("proof_iccid",),
            VerificationKind.PORT_CODE: ("proof_code",),
        }
        names = [name for kind in sorted(self.kinds) for name in wanted[kind]]
        return [self[name] for name in ("proof_number", *names)]

    def clean_proof_kind(self) -> str:
        """The first kind that is offered where none is said."""
        said = self.cleaned_data["proof_kind"]
        if not said and not self.kinds:
            raise forms.ValidationError(self.fields["proof_kind"].error_messages["required"], code="required")
        return said or sorted(self.kinds)[0]

    def check(self, *, actor: Actor, at: datetime) -> Identity:
        """Check what was said against what is registered."""
        said = self.cleaned_data
        number, kind = said["proof_number"], VerificationKind(said["proof_kind"])
        if kind is VerificationKind.SERVICE_PASSWORD:
            return verify_by_password(number=number, password=said["proof_password"], actor=actor, at=at)
        if kind is VerificationKind.USER_CARD:
            return verify_by_card(number=number, iccid=said["proof_iccid"], actor=actor, at=at)
        if kind is VerificationKind.PORT_CODE:
            return verify_by_port_code(number=number, code=said["proof_code"], actor=actor, at=at)
        return verify_by_three_checks(
            number=number, name=said["proof_name"], id_number=said["proof_id_number"], actor=actor, at=at
        )


@page("verification.record", methods=("POST",))
def verify(request: StaffRequest, item_code: str) -> HttpResponse:
    """How the check went; a failed try is kept, so this answers well either way."""
    form = IdentityForm(request.POST, kinds=service_item(item_code).verifications)
    identity = form.check(actor=request.actor, at=request.at) if form.is_valid() else None
    response = render(request, "counter/proof.html", {"identity": identity})
    response["HX-Trigger-After-Swap"] = "proved"
    return response
