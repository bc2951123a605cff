"""Forms of organisations, handlers and contacts. What is allowed is decided by the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trunkline.interfaces.web.fields import CodeField, DeskForm
from trunkline.party.types import ContactRole, CustomerClass, HandlerDetails, Industry, NeedLevel, Segment


class OrganizationForm(DeskForm):
    """A new organisation; without a code it stands on its pre-approval notice (S01-G1)."""

    name = forms.CharField(label=_("单位名称"), max_length=120)
    uscc = forms.CharField(
        label=_("统一社会信用代码"), max_length=18, required=False, help_text=_("18 位，末位为校验码")
    )
    pre_approval_notice = forms.CharField(
        label=_("名称预先核准通知书编号"),
        max_length=60,
        required=False,
        help_text=_("尚未领取营业执照时填写（S01-G1），须在期限内补全身份"),
    )
    customer_class = CodeField(CustomerClass, label=_("客户类别"), initial=CustomerClass.ENTERPRISE)
    segment = CodeField(Segment, label=_("客户规模"), initial=Segment.LARGE)
    industry = CodeField(Industry, label=_("所属行业"), initial=Industry.OTHER)
    need_level = CodeField(NeedLevel, label=_("需求层次"), initial=NeedLevel.VOICE)
    legal_representative = forms.CharField(label=_("法定代表人"), max_length=40)
    address = forms.CharField(label=_("地址"), max_length=200)

    def clean_uscc(self) -> str:
        return str(self.cleaned_data["uscc"]).strip().upper()

    def values(self) -> dict[str, Any]:
        """Arguments of `register_organization`."""
        return {**self.cleaned_data, "uscc": self.cleaned_data["uscc"] or None}


class HandlerForm(DeskForm):
    """经办人: the five fields and the identity document (S01-R1)."""

    name = forms.CharField(label=_("经办人姓名"), max_length=40)
    id_number = forms.CharField(label=_("居民身份证号"), max_length=18)
    phone = forms.CharField(
        label=_("联系电话"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.CharField(
        label=_("电子邮箱"),
        max_length=120,
        widget=forms.TextInput(attrs={"inputmode": "email"}),
        help_text=_("详单只发往这个邮箱"),
    )
    postal_address = forms.CharField(label=_("通信地址"), max_length=200)
    postcode = forms.CharField(
        label=_("邮编"), max_length=6, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    def details(self) -> HandlerDetails:
        """What was entered, as the operation takes it."""
        values = {name: str(value).strip() for name, value in self.cleaned_data.items()}
        values["id_number"] = values["id_number"].upper()
        return HandlerDetails(**values)


class ContactForm(DeskForm):
    """联系人 (P4-04)."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    role = CodeField(ContactRole, label=_("角色"), initial=ContactRole.CONTACT)
    title = forms.CharField(label=_("职务"), max_length=60, required=False)
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)
    email = forms.EmailField(label=_("电子邮箱"), required=False)


class IdentityForm(DeskForm):
    """The code of the licence that completes an identity (S01-E1)."""

    uscc = forms.CharField(label=_("统一社会信用代码"), max_length=18)

    def clean_uscc(self) -> str:
        return str(self.cleaned_data["uscc"]).strip().upper()
