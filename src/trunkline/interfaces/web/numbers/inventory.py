"""Page of the inventory: ranges with their days, grades with what they ask, and how many numbers there are of each."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trunkline.interfaces.web.fields import CodeField, DayField, DeskForm, MoneyField
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.numbering import operations, queries
from trunkline.numbering.types import NumberKind, NumberState
from trunkline.security.queries import branches

_POST = ("POST",)
#: Whole numbers that a small column holds.
_MOST = 32_000


class RangeForm(DeskForm):
    """A prefix that is ours from a day."""

    digits = forms.CharField(
        label=gettext_lazy("号段"), max_length=8, widget=forms.TextInput({"inputmode": "numeric"})
    )
    kind = CodeField(NumberKind, label=gettext_lazy("号码种类"))
    use = forms.CharField(label=gettext_lazy("用途"), max_length=24, initial="mobile")
    valid_from = DayField(label=gettext_lazy("生效日期"))
    valid_to = DayField(label=gettext_lazy("失效日期"), required=False)


class GradeForm(DeskForm):
    """A grade of premium numbers, found by a pattern."""

    code = forms.CharField(label=gettext_lazy("等级代码"), max_length=12)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    pattern = forms.CharField(label=gettext_lazy("规则（正则表达式）"), max_length=120)
    rank = forms.IntegerField(label=gettext_lazy("次序，小者优先"), min_value=0, max_value=_MOST)
    prepayment = MoneyField(label=gettext_lazy("预存（元）"), minimum="0")
    months = forms.IntegerField(label=gettext_lazy("在网月数"), min_value=1, max_value=_MOST)
    minimum_monthly = MoneyField(label=gettext_lazy("月最低消费（元）"), minimum="0")


@page("number.view")
def show(request: StaffRequest) -> HttpResponse:
    """What there is."""
    return _shown(request, RangeForm(), GradeForm())


@page("number.define_range", methods=_POST)
def define_range(request: StaffRequest) -> HttpResponse:
    """Put a range into force."""
    form = RangeForm(request.POST)
    if submitted(request, form):
        said = dict(form.cleaned_data)
        operations.define_range(prefix=said.pop("digits"), **said, actor=request.actor, at=request.at)
        return done(request, _("号段已启用。"), "numbers:inventory")
    return _shown(request, form, GradeForm())


@page("number.define_grade", methods=_POST)
def define_grade(request: StaffRequest) -> HttpResponse:
    """Define a grade; numbers in stock keep theirs until they are graded again."""
    form = GradeForm(request.POST)
    if submitted(request, form):
        operations.define_grade(**form.cleaned_data, actor=request.actor, at=request.at)
        return done(request, _("靓号等级已定义。"), "numbers:inventory")
    return _shown(request, RangeForm(), form)


@page("number.regrade", methods=_POST)
def regrade(request: StaffRequest, branch_id: int) -> HttpResponse:
    """Grade a branch's idle numbers again by the rules now in force."""
    if submitted(request, forms.Form(request.POST)):
        changed = operations.regrade_numbers(stock_id=branch_id, actor=request.actor, at=request.at)
        return done(request, _("%(n)s 个号码的等级有变。") % {"n": changed}, "numbers:inventory")
    return _shown(request, RangeForm(), GradeForm())


def _shown(request: StaffRequest, ranges: RangeForm, grades: GradeForm) -> HttpResponse:
    ours = [branch for branch in branches() if branch.id in request.actor.branch_ids]
    stocks = queries.stock_counts([branch.id for branch in ours])
    premium = queries.grade_counts([branch.id for branch in ours])
    context = {
        "states": list(NumberState),
        "stocks": [
            (branch, [(state, stocks.get((branch.id, state), 0)) for state in NumberState]) for branch in ours
        ],
        "ranges": queries.ranges(),
        "grades": [
            (
                grade,
                premium.get((grade.code, NumberState.IDLE), 0),
                sum(count for (code, _state), count in premium.items() if code == grade.code),
            )
            for grade in queries.grades()
        ],
        "range_form": ranges,
        "grade_form": grades,
    }
    return render(request, "numbers/inventory.html", context)
