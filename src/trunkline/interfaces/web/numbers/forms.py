"""What to look for in the inventory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trunkline.interfaces.web.fields import CodeField, DeskForm
from trunkline.numbering.types import GradeView, NumberState


class NumberSearch(DeskForm):
    """A pattern, a grade and a state."""

    pattern = forms.CharField(label=_("号码"), max_length=20, required=False)
    grade = forms.ChoiceField(label=_("等级"), required=False)
    state = CodeField(NumberState, label=_("状态"), initial=NumberState.IDLE)

    def __init__(self, *args: Any, grades: tuple[GradeView, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["grade"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        chooser.choices = [("", _("全部等级")), ("-", _("普通号码")), *((g.code, g.name) for g in grades)]
