"""Forms of agreements. What is allowed is decided by the operations."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.agreements.clauses.types import TemplateVersionView
from trunkline.agreements.rules.business import BUSINESS_FIELDS
from trunkline.agreements.types import (
    MINIMUM_MEMBERS,
    ORIGINALS,
    AgreementState,
    AgreementTerms,
    BusinessKind,
    PremiumTerms,
    Side,
    SignerRole,
)
from trunkline.catalog.types import FirstMonthMode, OfferingView, TerminalModelView, feature_name
from trunkline.interfaces.web.agreements.parameters import entered, parameter_fields
from trunkline.interfaces.web.fields import CodeField, DayField, DeskForm, MoneyField, UploadField
from trunkline.numbering.types import GradeView
from trunkline.party.types import OrganizationView

#: Prefixes of the fields that the kind of business and the template's clauses ask for.
BUSINESS, CLAUSE = "business_value_", "clause_value_"
#: A kind or a template that is chosen brings its fields at once; without a script the button beside them does.
_BRINGS_FIELDS = {
    "hx-post": "",
    "hx-trigger": "change",
    "hx-include": "closest form",
    "hx-select": "#kind-fields",
    "hx-target": "#kind-fields",
    "hx-swap": "outerHTML",
    "hx-sync": "closest form:replace",
    "hx-vals": '{"choose": "1"}',
}


class DraftForm(DeskForm):
    """What is agreed (P2-01 … P2-17), with the fields of the chosen kind of business and template."""

    organization_id = forms.TypedChoiceField(label=_("甲方（单位）"), coerce=int)
    template_id = forms.TypedChoiceField(label=_("协议模板（P2-08）"), coerce=int)
    business_kind = CodeField(BusinessKind, label=_("业务种类（P2-03）"), initial=BusinessKind.STANDARD_PLAN)
    plan_code = forms.ChoiceField(label=_("基本套餐"))
    first_month_mode = CodeField(
        FirstMonthMode,
        label=_("首月资费标准（P2-04）"),
        required=False,
        empty=_("不适用（2G）"),
        initial=FirstMonthMode.FULL_MONTH,
    )
    term_years = forms.IntegerField(label=_("有效期（年）"), min_value=1, max_value=10, initial=2)
    minimum_members = forms.IntegerField(
        label=_("承诺入网户数"),
        min_value=1,
        initial=MINIMUM_MEMBERS,
        help_text=_("协议期内不低于 50 户（P2-01）"),
    )
    data_cap_gb = forms.IntegerField(
        label=_("流量封顶（GB）"),
        min_value=1,
        max_value=1024,
        required=False,
        initial=6,
        help_text=_("留空为不封顶（P2-14）"),
    )
    terminal_model = forms.ChoiceField(label=_("终端型号"), required=False)
    unsupported_features = forms.MultipleChoiceField(
        label=_("终端不支持、经甲方确认的功能（P2-17）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    business_terms = forms.CharField(
        label=_("优惠与约定"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        organizations: tuple[OrganizationView, ...],
        plans: tuple[OfferingView, ...],
        terminals: dict[str, TerminalModelView],
        templates: tuple[TemplateVersionView, ...],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        english = language.startswith("en")
        features = sorted({feature for plan in plans for feature in plan.features})
        self._choose("organization_id", [(o.id, o.name) for o in organizations])
        self._choose("plan_code", [(p.code, f"{p.name_en if english else p.name}({p.code})") for p in plans])
        self._choose(
            "terminal_model", [("", _("客户自备")), *((code, t.name) for code, t in terminals.items())]
        )
        self._choose(
            "template_id",
            [
                (
                    t.id,
                    _("%(title)s（第 %(n)s 版）") % {"title": t.title.in_language(language), "n": t.version},
                )
                for t in templates
            ],
        )
        models = [(code, terminal.name) for code, terminal in terminals.items()]
        self._ask(templates, {"handset_model": models})
        self._choose("unsupported_features", [(f, feature_name(f).in_language(language)) for f in features])

    def _ask(
        self, templates: tuple[TemplateVersionView, ...], models: dict[str, list[tuple[str, str]]]
    ) -> None:
        """The fields of the kind of business and of the template that are chosen so far."""
        for name in ("business_kind", "template_id"):
            self.fields[name].widget.attrs.update(_BRINGS_FIELDS)
        kind = str(self["business_kind"].value() or "")
        chosen = str(self["template_id"].value() or "")
        template = next((t for t in templates if str(t.id) == chosen), templates[0] if templates else None)
        asked = BUSINESS_FIELDS[BusinessKind(kind)] if kind in list(BusinessKind) else ()
        self.add_fields(parameter_fields(asked, BUSINESS, models))
        self.add_fields(parameter_fields(template.parameters if template else (), CLAUSE))

    @property
    def business_fields(self) -> list[forms.BoundField]:
        """What the kind of business asks for."""
        return [self[name] for name in self.fields if name.startswith(BUSINESS)]

    @property
    def clause_fields(self) -> list[forms.BoundField]:
        """What the clauses of the template ask for."""
        return [self[name] for name in self.fields if name.startswith(CLAUSE)]

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        field.choices = choices

    def terms(self, premiums: tuple[PremiumTerms, ...]) -> AgreementTerms:
        """What was entered, as the operation takes it."""
        values = {name: v for name, v in self.cleaned_data.items() if not name.startswith((BUSINESS, CLAUSE))}
        mode = values.pop("first_month_mode")
        return AgreementTerms(
            **{**values, "unsupported_features": tuple(values["unsupported_features"])},
            first_month_mode=str(mode) if mode else None,
            premiums=premiums,
            business_values=entered(self.cleaned_data, BUSINESS),
            clause_values=entered(self.cleaned_data, CLAUSE),
        )


class PremiumForm(DeskForm):
    """靓号预存 for one number (P2-02, P2-09, P2-10)."""

    number = forms.CharField(
        max_length=20, label=_("号码"), widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    grade = forms.ChoiceField(label=_("等级"))
    prepayment = MoneyField(label=_("预存款（元）"))
    months = forms.IntegerField(label=_("解冻月数"), min_value=1, max_value=120)
    minimum_monthly = MoneyField(label=_("月最低消费（元）"), minimum="0")
    releases = forms.CharField(
        label=_("逐月解冻（元，空格分隔）"), widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    approval = forms.CharField(label=_("低于等级的审批文号"), max_length=60)

    def __init__(self, *args: Any, grades: tuple[GradeView, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["grade"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        field.choices = [(g.code, g.name) for g in grades]
        for name, each in self.fields.items():
            each.widget.attrs.update({"aria-label": str(each.label)})
            each.required = name not in {"grade", "releases", "approval"}

    def clean_releases(self) -> tuple[Decimal, ...]:
        """The amounts that were written, one a month; none where the months release alike (P2-09)."""
        try:
            return tuple(Decimal(part) for part in self.cleaned_data["releases"].replace("，", " ").split())
        except InvalidOperation as error:
            raise forms.ValidationError(_("请填写以空格分隔的金额。")) from error

    def terms(self) -> PremiumTerms:
        """The commitment as the operation takes it."""
        return PremiumTerms(**{**self.cleaned_data, "number": self.cleaned_data["number"].replace(" ", "")})


PremiumForms = forms.formset_factory(PremiumForm, extra=0, max_num=200)


class ReviewForm(DeskForm):
    """A decision with its note: of the terms (domain 8.4), or of a renewal (P2-27)."""

    note = forms.CharField(
        label=_("意见"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class SignatureForm(DeskForm):
    """签字 and 盖章 of one side (P2-29)."""

    side = CodeField(Side, label=_("签署方"))
    signer_name = forms.CharField(label=_("签字人"), max_length=40)
    signer_role = CodeField(SignerRole, label=_("身份"))
    power_of_attorney = forms.CharField(
        label=_("授权委托书编号"), max_length=60, required=False, help_text=_("授权代表签字时必填")
    )
    signed_on = DayField(label=_("签字日期"))
    sealed_on = DayField(label=_("盖章日期"))


class OriginalForm(DeskForm):
    """One of the six originals (P2-28)."""

    ordinal = forms.IntegerField(label=_("第几份"), min_value=1, max_value=ORIGINALS)
    side = CodeField(Side, label=_("执有方"))
    holder = forms.CharField(label=_("保管人"), max_length=60)
    place = forms.CharField(label=_("存放地点"), max_length=120)


class SheetForm(DeskForm):
    """子用户号码表."""

    sheet = UploadField(endings=(".xlsx",), label=_("子用户号码表（.xlsx）"))


class AgreementFilter(DeskForm):
    """What to list."""

    q = forms.CharField(label=_("协议编号或单位"), required=False, max_length=80)
    state = CodeField(AgreementState, label=_("状态"), required=False, empty=_("全部状态"))
