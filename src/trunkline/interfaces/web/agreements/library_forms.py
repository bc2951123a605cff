"""Forms of the clause library. What may be published is decided by the operations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.agreements.clauses.parameters import ClauseParameter, ClauseParameterKind
from trunkline.agreements.clauses.rules import LONGEST_TEXT
from trunkline.agreements.clauses.types import (
    ClauseDraft,
    ClauseText,
    ClauseVersionView,
    Heading,
    RenewalRule,
    TemplateDraft,
    TemplateSettings,
    TemplateVersionView,
)
from trunkline.agreements.types import ClawBack
from trunkline.interfaces.web.fields import CodeField, DayField, DeskForm
from trunkline.kernel.text import Text

#: Places that a template has for clauses.
PLACES = 24


class ClauseForm(DeskForm):
    """A clause version."""

    code = forms.CharField(label=_("代码"), max_length=32)
    heading = CodeField(Heading, label=_("所属条"), initial=Heading.USE)
    title_zh = forms.CharField(label=_("名称（中文）"), max_length=60)
    title_en = forms.CharField(label=_("名称（英文）"), max_length=60)
    caption = forms.CharField(
        label=_("题目"), max_length=60, required=False, help_text=_("印在序号之后，可以没有")
    )
    text = forms.CharField(label=_("正文"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, last: ClauseVersionView | None = None, **kwargs: Any) -> None:
        if last is not None:
            kwargs["initial"] = {
                "code": last.code,
                "heading": last.body.heading,
                "title_zh": last.title.zh,
                "title_en": last.title.en,
                "caption": last.body.caption,
                "text": last.body.text,
            }
        super().__init__(*args, **kwargs)
        for name in ("code", "heading") if last is not None else ():
            self.fields[name].disabled = True

    def draft(self, parameters: tuple[ClauseParameter, ...]) -> ClauseDraft:
        """What was written, as the operation takes it."""
        said = self.cleaned_data
        text = said["text"].replace("\r\n", "\n")
        return ClauseDraft(
            said["code"],
            Text(said["title_zh"], said["title_en"]),
            ClauseText(said["heading"], said["caption"], text),
            parameters,
        )


class ParameterForm(DeskForm):
    """One parameter of a clause."""

    name = forms.CharField(label=_("代码"), max_length=32)
    kind = CodeField(ClauseParameterKind, label=_("类型"))
    title_zh = forms.CharField(label=_("名称（中文）"), max_length=60)
    title_en = forms.CharField(label=_("名称（英文）"), max_length=60)
    unit_zh = forms.CharField(label=_("单位（中文）"), max_length=12, required=False)
    unit_en = forms.CharField(label=_("单位（英文）"), max_length=12, required=False)
    default = forms.CharField(label=_("默认值"), max_length=200, required=False)
    lower = forms.DecimalField(label=_("下限"), required=False, max_digits=14, decimal_places=2)
    upper = forms.DecimalField(label=_("上限"), required=False, max_digits=14, decimal_places=2)
    choices = forms.CharField(label=_("选项（空格分隔）"), max_length=200, required=False)
    required = forms.BooleanField(label=_("必填"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.fields.values():
            each.widget.attrs["aria-label"] = str(each.label)

    def parameter(self) -> ClauseParameter:
        """What was declared."""
        said = self.cleaned_data
        return ClauseParameter(
            name=said["name"],
            kind=said["kind"],
            title=Text(said["title_zh"], said["title_en"]),
            unit=Text(said["unit_zh"], said["unit_en"]),
            default=said["default"],
            lower=_bound(said["lower"]),
            upper=_bound(said["upper"]),
            choices=tuple(said["choices"].split()),
            required=said["required"],
        )


def _bound(value: Decimal | None) -> Decimal | None:
    """A bound as it is kept: a whole number without places."""
    if value is None:
        return None
    return value.to_integral_value() if value == value.to_integral_value() else value


class ParameterForms(forms.formset_factory(ParameterForm, extra=0, max_num=20)):  # type: ignore[misc]
    """The rows of a clause's parameters."""

    def parameters(self) -> tuple[ClauseParameter, ...]:
        """The rows that were filled in."""
        return tuple(row.parameter() for row in self if row.has_changed())

    @staticmethod
    def rows_of(last: ClauseVersionView | None) -> list[dict[str, Any]]:
        """The parameters of a version as the rows begin."""
        return [
            {
                "name": p.name,
                "kind": p.kind,
                "title_zh": p.title.zh,
                "title_en": p.title.en,
                "unit_zh": p.unit.zh,
                "unit_en": p.unit.en,
                "default": p.default,
                "lower": p.lower,
                "upper": p.upper,
                "choices": " ".join(p.choices),
                "required": p.required,
            }
            for p in (last.parameters if last else ())
        ]


class TemplateForm(DeskForm):
    """A template version: what it settles, and its clauses by their place in the text."""

    code = forms.CharField(label=_("代码"), max_length=32)
    title_zh = forms.CharField(label=_("名称（中文）"), max_length=60)
    title_en = forms.CharField(label=_("名称（英文）"), max_length=60)
    valid_from = DayField(label=_("自"))
    renewal = CodeField(RenewalRule, label=_("顺延（P2-27）"), initial=RenewalRule.AFTER_REVIEW)
    renewal_repeats = forms.BooleanField(label=_("可以多次顺延（Q-09）"), required=False, initial=True)
    claw_back = CodeField(ClawBack, label=_("违约追回补贴（P2-20）"), initial=ClawBack.WHOLE)
    warning_days = forms.IntegerField(
        label=_("户数不足提前提醒（天）"), min_value=1, max_value=365, initial=90
    )
    reference = forms.CharField(label=_("依据"), max_length=120)

    def __init__(
        self,
        *args: Any,
        last: TemplateVersionView | None,
        clauses: tuple[ClauseVersionView, ...],
        today: date,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {"valid_from": today}
        if last is not None:
            settings = last.settings
            initial |= {"code": last.code, "title_zh": last.title.zh, "title_en": last.title.en}
            initial |= {name: getattr(settings, name) for name in TemplateSettings.__slots__}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["code"].disabled = last is not None
        newest = {clause.code: clause.id for clause in clauses}
        held = [newest[clause.code] for clause in last.clauses] if last else []
        language = get_language() or "zh-hans"
        offered = [("", "—"), *((c.id, f"{c.title.in_language(language)} v{c.version}") for c in clauses)]
        self.add_fields(
            {
                f"place_{place}": forms.TypedChoiceField(
                    label=str(place + 1),
                    choices=offered,
                    coerce=int,
                    empty_value=None,
                    required=False,
                    initial=held[place] if place < len(held) else None,
                )
                for place in range(PLACES)
            }
        )

    @property
    def places(self) -> list[forms.BoundField]:
        """The places of the text, from its beginning."""
        return [self[f"place_{place}"] for place in range(PLACES)]

    def draft(self) -> TemplateDraft:
        """What was composed, as the operation takes it."""
        said = self.cleaned_data
        chosen = (said[f"place_{place}"] for place in range(PLACES))
        return TemplateDraft(
            code=said["code"],
            title=Text(said["title_zh"], said["title_en"]),
            valid_from=said["valid_from"],
            clause_versions=tuple(one for one in chosen if one is not None),
            reference=said["reference"],
            settings=TemplateSettings(**{name: said[name] for name in TemplateSettings.__slots__}),
        )
