"""The clause library: what may be published, and how a text is filled in (P2-08)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.agreements.clauses.parameters import (
    ClauseParameter,
    ClauseParameterKind,
    Value,
    read,
    value_refusals,
)
from trunkline.agreements.clauses.rules import (
    Run,
    blanks,
    clause_digest,
    clause_refusals,
    filled_in,
    numbered,
    parameter_of,
    parameter_record,
    printed_clauses,
    template_refusals,
)
from trunkline.agreements.clauses.standard import AGREEMENT_CLAUSES, INSTALLED_CLAUSES, TEMPLATES
from trunkline.agreements.clauses.types import (
    ClauseDraft,
    ClauseText,
    ClauseVersionView,
    Heading,
    TemplateDraft,
    TemplateSettings,
)
from trunkline.kernel.text import Text

TODAY = date(2026, 11, 23)
AMOUNT = ClauseParameter(
    "penalty", ClauseParameterKind.AMOUNT, Text("违约款", "Penalty"), Text("元", "yuan"), "300",
    Decimal(0), Decimal(1000),
)  # fmt: skip
MONTHS = ClauseParameter(
    "free_months", ClauseParameterKind.MONTHS, Text("免费月数", "Months free"), Text("个月", "months"), "3",
    Decimal(1), Decimal(12),
)  # fmt: skip
CHOICE = ClauseParameter(
    "venue", ClauseParameterKind.CHOICE, Text("地点", "Venue"), choices=("营业厅", "客户处")
)
GOOD = ClauseDraft(
    "handset_return",
    Text("退机", "Handset given back"),
    ClauseText(Heading.BREACH, "合约期内退机", "甲方**退机的，每台付{penalty}元**。"),
    (AMOUNT,),
)


def version(draft: ClauseDraft = GOOD, identity: int = 1) -> ClauseVersionView:
    return ClauseVersionView(
        identity, draft.code, draft.title, 1, draft.body, draft.parameters, "0" * 64,
        datetime(2026, 11, 1, tzinfo=UTC), 1,
    )  # fmt: skip


def clause(text: str = GOOD.body.text, **changes: Any) -> ClauseDraft:
    return replace(GOOD, body=replace(GOOD.body, text=text), **changes)


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (GOOD, []),
        (clause("付{penalty}元[[，限{data_cap_gb}GB]]。"), []),
        (clause(code="Handset"), ["clause.code_wrong"]),
        (clause(title=Text("退机", " ")), ["clause.title_missing"]),
        (clause("", parameters=()), ["clause.text_wrong"]),
        (clause("{penalty}" + "字" * 4000), ["clause.text_wrong"]),
        (clause("**付{penalty}元"), ["clause.marks_unbalanced"]),
        (clause("[[付**{penalty}]]元**"), ["clause.marks_unbalanced"]),
        (clause("]]付{penalty}元[["), ["clause.marks_unbalanced"]),
        (clause("[[付{penalty}\n元]]"), ["clause.marks_unbalanced"]),
        (clause("[[付[[{penalty}]]元]]"), ["clause.marks_unbalanced"]),
        (clause("付{penalty}元{unknown}"), ["clause.blank_unknown"]),
        (clause("付若干元"), ["clause.parameter_unused"]),
        (clause(parameters=(AMOUNT, AMOUNT)), ["clause.parameter_twice"]),
        (clause(parameters=(replace(AMOUNT, default="1001"),)), ["clause.parameter_wrong"]),
        (clause(parameters=(replace(AMOUNT, default="三百"),)), ["clause.parameter_wrong"]),
        (clause(parameters=(replace(AMOUNT, lower=Decimal(2), upper=Decimal(1)),)), ["clause.parameter_wrong"]),
        (clause(parameters=(replace(AMOUNT, choices=("a",)),)), ["clause.parameter_wrong"]),
        (clause(parameters=(replace(AMOUNT, title=Text("", "")),)), ["clause.parameter_wrong"]),
        (
            clause("付{months}元", parameters=(replace(AMOUNT, name="months"),)),
            ["clause.parameter_wrong"],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_clause_is_said_before_it_is_published(
    draft: ClauseDraft, codes: list[str]
) -> None:
    found = clause_refusals(draft, None)
    assert [r.code for r in found] == codes
    assert {r.clause for r in found} <= {"P2-08"}


def test_a_new_version_differs_and_stays_under_its_article() -> None:
    assert [r.code for r in clause_refusals(GOOD, version())] == ["clause.nothing_new"]
    moved = replace(GOOD, body=replace(GOOD.body, heading=Heading.USE))
    assert [r.code for r in clause_refusals(moved, version())] == ["clause.heading_changed"]
    assert clause_refusals(clause("每台{penalty}元。"), version()) == ()


EFFECT = version(replace(AGREEMENT_CLAUSES[-1]), 2)
TEMPLATE = TemplateDraft("campaign", Text("活动", "Campaign"), TODAY, (1, 2), "营销〔2026〕8号")


@pytest.mark.parametrize(
    ("changes", "clauses", "last", "codes"),
    [
        ({}, (version(), EFFECT), None, []),
        ({}, (version(), EFFECT), TODAY, []),
        ({"clause_versions": ()}, (), None, ["template.empty"]),
        ({"clause_versions": (1,)}, (version(),), None, ["template.effect_missing"]),
        ({"clause_versions": (1, 2, 9)}, (version(), EFFECT), None, ["template.clause_unknown"]),
        (
            {"clause_versions": (1, 3, 2)},
            (version(), version(identity=3), EFFECT),
            None,
            ["template.clause_twice", "clause.parameter_twice"],
        ),
        ({"valid_from": date(2026, 11, 22)}, (version(), EFFECT), None, ["template.backdated"]),
        ({}, (version(), EFFECT), date(2026, 12, 1), ["template.backdated"]),
        ({"reference": " "}, (version(), EFFECT), None, ["template.no_reference"]),
        (
            {"settings": TemplateSettings(warning_days=0)},
            (version(), EFFECT),
            None,
            ["template.warning_out_of_range"],
        ),
    ],
)
def test_what_is_wrong_with_a_template_is_said_before_it_is_published(
    changes: dict[str, Any], clauses: tuple[ClauseVersionView, ...], last: date | None, codes: list[str]
) -> None:
    draft = replace(TEMPLATE, **changes)
    found = template_refusals(draft, clauses, today=TODAY, last_from=last)
    assert [r.code for r in found] == codes


@pytest.mark.parametrize("draft", INSTALLED_CLAUSES, ids=lambda draft: draft.code)
def test_every_clause_that_comes_with_the_program_could_be_published(draft: ClauseDraft) -> None:
    assert clause_refusals(draft, None) == ()


def test_every_template_that_comes_with_the_program_could_be_published() -> None:
    known = {draft.code: version(draft, place) for place, draft in enumerate(INSTALLED_CLAUSES, 1)}
    for code, title, codes in TEMPLATES:
        clauses = tuple(known[each] for each in codes)
        draft = TemplateDraft(code, title, TODAY, tuple(c.id for c in clauses), "篇2")
        assert template_refusals(draft, clauses, today=TODAY, last_from=None) == ()


@pytest.mark.parametrize(
    ("parameter", "text", "value", "codes"),
    [
        (AMOUNT, "300", Decimal(300), []),
        (AMOUNT, "1000.01", Decimal("1000.01"), ["agreement.value_out_of_bounds"]),
        (AMOUNT, "-0.01", Decimal("-0.01"), ["agreement.value_out_of_bounds"]),
        (AMOUNT, "1.001", Decimal("1.001"), ["agreement.value_wrong"]),
        (AMOUNT, "NaN", None, ["agreement.value_wrong"]),
        (AMOUNT, "三百", "三百", ["agreement.value_wrong"]),
        (AMOUNT, " ", None, ["agreement.value_missing"]),
        (MONTHS, "12", 12, []),
        (MONTHS, "13", 13, ["agreement.value_out_of_bounds"]),
        (MONTHS, "1.5", "1.5", ["agreement.value_wrong"]),
        (CHOICE, "营业厅", "营业厅", []),
        (CHOICE, "车站", "车站", ["agreement.value_wrong"]),
        (replace(CHOICE, required=False), "", None, []),
    ],
)
def test_a_value_is_judged_by_its_declared_kind_and_bounds(
    parameter: ClauseParameter, text: str, value: Value | None, codes: list[str]
) -> None:
    found = read(parameter, text)
    if text != "NaN":
        assert found == value
    given = {} if found is None else {parameter.name: found}
    assert [r.code for r in value_refusals((parameter,), given)] == codes


def test_parameters_are_kept_as_json_and_read_back() -> None:
    for parameter in (AMOUNT, MONTHS, CHOICE):
        assert parameter_of(parameter_record(parameter)) == parameter


def test_blanks_are_filled_and_what_does_not_apply_is_struck() -> None:
    text = "限{data_cap_gb}GB。[[终端{terminal_model}无{unsupported_features}。]]**自动顺延{renewal_years}年**\n第二段"
    values = {"data_cap_gb": "6", "terminal_model": "沃派 S7", "renewal_years": "壹"}
    assert blanks(text) == ("data_cap_gb", "terminal_model", "unsupported_features", "renewal_years")
    first, second = filled_in(text, values)
    assert first == (
        Run("限"),
        Run("6", filled=True),
        Run("GB。"),
        Run("终端", struck=True),
        Run("沃派 S7", filled=True, struck=True),
        Run("无", struck=True),
        Run("", filled=True, struck=True),
        Run("。", struck=True),
        Run("", mark=True),
        Run("自动顺延", conspicuous=True),
        Run("壹", conspicuous=True, filled=True),
        Run("年", conspicuous=True),
    )
    assert second == (Run("第二段"),)


@given(st.text(alphabet="甲乙。{}[]*a_\n", max_size=40), st.dictionaries(st.just("a"), st.just("6")))
def test_a_text_that_may_be_published_prints_every_character_but_its_marks(
    text: str, values: dict[str, str]
) -> None:
    draft = clause(text, parameters=())
    codes = {r.code for r in clause_refusals(draft, None)}
    if codes & {"clause.marks_unbalanced", "clause.blank_unknown"}:
        return
    printed = "\n".join("".join(run.text for run in runs) for runs in filled_in(text, values))
    assert printed == text.replace("**", "").replace("[[", "").replace("]]", "")


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "（一）"), (10, "（十）"), (11, "（十一）"), (20, "（二十）"), (21, "（二十一）")],
)
def test_clauses_are_numbered_in_chinese(number: int, words: str) -> None:
    assert numbered(number) == words


def test_clauses_are_numbered_under_their_articles() -> None:
    made = [
        ClauseText(Heading.EFFECT, "", "有效期"),
        ClauseText(Heading.USE, "", "一"),
        ClauseText(Heading.SELECTION, "", "活动"),
        ClauseText(Heading.USE, "题", "二"),
    ]
    assert [(c.heading, c.number, c.caption) for c in printed_clauses(made, {})] == [
        # The first article has three parts of its own.
        (Heading.SELECTION, "（四）", ""),
        (Heading.USE, "（一）", ""),
        (Heading.USE, "（二）", "题"),
        (Heading.EFFECT, "", ""),
    ]


def test_the_hash_of_a_clause_changes_with_anything_that_it_prints_or_asks() -> None:
    made = {
        clause_digest(code, number, body, parameters)
        for code, number, body, parameters in (
            ("a", 1, GOOD.body, (AMOUNT,)),
            ("b", 1, GOOD.body, (AMOUNT,)),
            ("a", 2, GOOD.body, (AMOUNT,)),
            ("a", 1, replace(GOOD.body, text="x"), (AMOUNT,)),
            ("a", 1, replace(GOOD.body, caption="x"), (AMOUNT,)),
            ("a", 1, replace(GOOD.body, heading=Heading.USE), (AMOUNT,)),
            ("a", 1, GOOD.body, (replace(AMOUNT, upper=Decimal(999)),)),
        )
    }
    assert len(made) == 7
