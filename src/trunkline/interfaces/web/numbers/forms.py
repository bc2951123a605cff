"""What to look for in the inventory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.interfaces.web.fields import CodeField, DeskForm
from trunkline.numbering.searching import NumberSearch, search_refusals
from trunkline.numbering.types import GradeView, NumberState
from trunkline.party.queries import find_organizations


def _short(placeholder: Any) -> forms.TextInput:
    return forms.TextInput({"inputmode": "numeric", "size": 6, "placeholder": placeholder})


class NumberSearchForm(DeskForm):
    """A pattern, an ending, digits to avoid, a birthday, a grade and a state."""

    pattern = forms.CharField(label=_("号码"), max_length=20, required=False)
    ends = forms.CharField(label=_("尾号"), max_length=11, required=False, widget=_short(_("如 88")))
    avoid = forms.CharField(label=_("不含"), max_length=10, required=False, widget=_short(_("如 4")))
    birthday = forms.DateField(label=_("生日"), required=False, widget=forms.DateInput({"type": "date"}))
    grade = forms.ChoiceField(label=_("等级"), required=False)
    state = CodeField(NumberState, label=_("状态"), initial=NumberState.IDLE)

    def __init__(self, *args: Any, grades: tuple[GradeView, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["grade"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        chooser.choices = [("", _("全部等级")), ("-", _("普通号码")), *((g.code, g.name) for g in grades)]

    def shapes(self) -> list[forms.BoundField]:
        """The fields beside the pattern that say how a number looks."""
        return [self[name] for name in ("ends", "avoid", "birthday")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            for refusal in search_refusals(self.asked()):
                self.add_error(None, refusal.text.in_language(get_language() or "zh-hans"))
        return cleaned

    def asked(self) -> NumberSearch:
        """What is asked of the inventory."""
        said = self.cleaned_data
        return NumberSearch(
            pattern=said["pattern"].replace(" ", ""),
            ends=said["ends"].replace(" ", ""),
            avoid=said["avoid"].replace(" ", ""),
            birthday=said["birthday"],
            grade={"": None, "-": ""}.get(said["grade"], said["grade"]),
            state=said["state"],
        )


class OrganizationForm(DeskForm):
    """For which organisation a number is kept."""

    organization = forms.CharField(
        label=_("单位"),
        max_length=80,
        widget=forms.TextInput({"placeholder": _("名称、编号或统一社会信用代码"), "autocomplete": "off"}),
    )

    def clean_organization(self) -> int:
        """The id of the one organisation that is meant."""
        found = find_organizations(self.cleaned_data["organization"], limit=2)
        if not found:
            raise forms.ValidationError(_("没有找到这个单位。"))
        if len(found) > 1:
            raise forms.ValidationError(_("有多个单位符合，请写得更全。"))
        return found[0].id
