"""Clauses and templates are published for good; agreements keep theirs and are reviewed by somebody else."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from tests.signing import approve, print_reviewed, terms
from tests.support import refused
from tests.world import World
from trunkline.agreements import checks, documents, queries
from trunkline.agreements import operations as agreements
from trunkline.agreements.clauses import operations as library
from trunkline.agreements.clauses import queries as clauses
from trunkline.agreements.clauses.standard import INSTALLED_CLAUSES, TEMPLATES
from trunkline.agreements.clauses.types import STANDARD_TEMPLATE, ClauseDraft, TemplateDraft
from trunkline.agreements.types import AgreementState, AgreementTerms, ReviewDecision
from trunkline.kernel.text import Text
from trunkline.security.audit import acting
from trunkline.security.types import Actor


def broken() -> list[str]:
    return [check.code for check in checks.CHECKS if check.find()]


def text_of(agreement_id: int, at: datetime) -> str:
    pages = PdfReader(io.BytesIO(documents.agreement_document(agreement_id, at))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def agreed(world: World, **changes: object) -> AgreementTerms:
    return replace(terms(world.organizations["HF"][0]), **changes)


def next_penalty(amount: str, text: str = "每台须**支付违约款{return_penalty}元**。") -> ClauseDraft:
    """A new version of the clause on handsets given back, with another usual penalty."""
    last = clauses.clause_versions("handset_return")[0]
    (penalty,) = last.parameters
    return ClauseDraft(
        last.code, last.title, replace(last.body, text=text), (replace(penalty, default=amount),)
    )


def campaign(at: datetime, *, valid_from: date) -> TemplateDraft:
    """The next version of the handset campaign, with the last versions of its clauses."""
    newest = {clause.code: clause.id for clause in clauses.clauses()}
    codes = next(codes for code, _, codes in TEMPLATES if code == "handset_campaign")
    return TemplateDraft(
        "handset_campaign",
        Text("终端营销活动", "Handset campaign"),
        valid_from,
        tuple(newest[code] for code in codes),
        "营销〔2026〕8号",
    )


def test_every_installation_has_the_words_of_the_source_as_its_standard_template(
    world: World, actor: Actor, at: datetime
) -> None:
    with acting(actor):
        assert clauses.installed()
        found = clauses.templates_in_force(date(2026, 10, 12))
        assert [t.code for t in found] == [STANDARD_TEMPLATE, "handset_campaign"]
        assert {c.code for c in clauses.clauses()} == {draft.code for draft in INSTALLED_CLAUSES}
        assert broken() == []
    assert library.install_templates(actor=actor, at=at) == 0


def test_a_new_version_follows_and_an_agreement_keeps_the_one_it_was_drafted_by(
    world: World, actor: Actor, at: datetime
) -> None:
    with acting(actor):
        old = clauses.template_versions("handset_campaign")[0]
        usual = {p.name: p for p in old.parameters}
    values = {
        "return_day": 5,
        "return_penalty": Decimal("300.00"),
        "replacement_days": 15,
        "service_point": "厂家",
    }
    assert set(values) == set(usual)
    first = agreements.draft_agreement(
        terms=agreed(world, template_id=old.id, clause_values=values), actor=actor, at=at
    )
    published = library.publish_clause(draft=next_penalty("500.00"), actor=actor, at=at)
    with acting(actor):
        draft = campaign(at, valid_from=date(2026, 10, 20))
    assert published in draft.clause_versions
    made = library.publish_template(draft=draft, actor=actor, at=at)
    later = at + timedelta(days=10)
    early = agreed(world, template_id=made, clause_values=values)
    assert refused(lambda: agreements.draft_agreement(terms=early, actor=actor, at=at)) == [
        "agreement.template_not_in_force"
    ]
    second = agreements.draft_agreement(terms=early, actor=actor, at=later)
    stale = agreed(world, template_id=old.id, clause_values=values)
    assert refused(lambda: agreements.draft_agreement(terms=stale, actor=actor, at=later)) == [
        "agreement.template_not_in_force"
    ]
    # The draft that has the old version may be worked on with it.
    agreements.revise_agreement(agreement_id=first, terms=replace(stale, term_years=3), actor=actor, at=later)
    with acting(actor):
        assert (queries.terms(first).template_id, queries.terms(second).template_id) == (old.id, made)
        assert "尚未返还的预存话费按约定继续返还" in text_of(first, at)
        assert "尚未返还的预存话费按约定继续返还" not in text_of(second, at)
        assert "支付违约款300.00元" in text_of(second, at)
        assert [t.version for t in clauses.template_versions("handset_campaign")] == [2, 1]
        assert broken() == []


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, ["agreement.value_missing"] * 4),
        ({"return_day": 29}, ["agreement.value_out_of_bounds"]),
        ({"return_penalty": "三百"}, ["agreement.value_wrong"]),
        ({"something": 1}, ["agreement.value_undeclared"]),
    ],
)
def test_values_that_the_clauses_do_not_take_are_refused(
    world: World, actor: Actor, at: datetime, values: dict[str, object], codes: list[str]
) -> None:
    with acting(actor):
        template = clauses.template_versions("handset_campaign")[0].id
    right = {
        "return_day": 5,
        "return_penalty": Decimal("300.00"),
        "replacement_days": 15,
        "service_point": "厂家",
    }
    given = {**right, **values} if values else {}
    wrong = agreed(world, template_id=template, clause_values=given)
    assert refused(lambda: agreements.draft_agreement(terms=wrong, actor=actor, at=at)) == codes


def test_what_is_published_cannot_be_changed(world: World, actor: Actor, at: datetime) -> None:
    for table in ("clause", "clauseversion", "templateversion", "templateclause"):
        with acting(actor), connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(f"UPDATE agreements_{table} SET id = id")
    same = clauses.clause_versions("dispute")[0]
    assert refused(
        lambda: library.publish_clause(
            draft=ClauseDraft(same.code, same.title, same.body, same.parameters), actor=actor, at=at
        )
    ) == ["clause.nothing_new"]
    with acting(actor):
        backdated = campaign(at, valid_from=date(2026, 10, 1))
    assert refused(lambda: library.publish_template(draft=backdated, actor=actor, at=at)) == [
        "template.backdated"
    ]


def test_only_the_product_manager_publishes(
    world: World, make_actor: Callable[..., Actor], at: datetime
) -> None:
    manager = make_actor(role="account_manager", branch="HF")
    assert refused(lambda: library.publish_clause(draft=next_penalty("500.00"), actor=manager, at=at)) == [
        "permission.missing"
    ]
    library.publish_clause(draft=next_penalty("500.00"), actor=make_actor(role="product_manager"), at=at)
    assert clauses.clause_versions("handset_return")[0].version == 2


def test_nothing_is_printed_before_somebody_else_approved_this_revision(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    manager = make_actor(role="account_manager", branch="HF")
    reviewer = make_actor(role="department_manager")
    made = agreements.draft_agreement(terms=agreed(world), actor=manager, at=at)

    def print_it() -> None:
        agreements.print_agreement(agreement_id=made, actor=manager, at=at)

    def review(approved: bool, note: str, by: Actor) -> AgreementState:
        return agreements.review_agreement(agreement_id=made, approve=approved, note=note, actor=by, at=at)

    agreements.submit_agreement(agreement_id=made, actor=manager, at=at)
    assert refused(print_it) == ["agreement.not_approved"]
    assert refused(lambda: review(True, "", manager)) == ["review.four_eyes"]
    assert refused(lambda: review(False, " ", reviewer)) == ["review.reason_missing"]
    assert review(False, "流量封顶应为10GB", reviewer) is AgreementState.DRAFT
    agreements.revise_agreement(agreement_id=made, terms=agreed(world, data_cap_gb=10), actor=manager, at=at)
    agreements.submit_agreement(agreement_id=made, actor=manager, at=at)
    assert review(True, "", reviewer) is AgreementState.REVIEW
    assert refused(lambda: review(True, "", reviewer)) == ["review.approved_already"]
    print_it()
    with acting(actor):
        assert queries.agreement(made).state is AgreementState.PRINTED
        assert [(r.revision, r.decision, r.note) for r in queries.reviews(made)] == [
            (1, ReviewDecision.RETURN, "流量封顶应为10GB"),
            (2, ReviewDecision.APPROVE, ""),
        ]
        assert broken() == []


def test_an_approval_counts_for_the_revision_that_was_read(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    made = agreements.draft_agreement(terms=agreed(world), actor=actor, at=at)
    agreements.submit_agreement(agreement_id=made, actor=actor, at=at)
    approve(made, at)
    agreements.review_agreement(
        agreement_id=made, approve=False, note="再改", actor=make_actor(role="department_manager"), at=at
    )
    agreements.revise_agreement(agreement_id=made, terms=agreed(world, term_years=3), actor=actor, at=at)
    agreements.submit_agreement(agreement_id=made, actor=actor, at=at)
    assert refused(lambda: agreements.print_agreement(agreement_id=made, actor=actor, at=at)) == [
        "agreement.not_approved"
    ]


def test_the_terminal_and_what_it_lacks_are_printed_in_words(
    world: World, actor: Actor, at: datetime
) -> None:
    confirmed = agreed(world, terminal_model="WP-E2", unsupported_features=("video_call",))
    made = agreements.draft_agreement(terms=confirmed, actor=actor, at=at)
    print_reviewed(made, actor=actor, at=at)
    with acting(actor):
        printed = text_of(made, at)
    assert "沃派E2型手机终端不支持甲方所选乙方3G套餐中的可视电话功能。（该条涉及到终端办理）" in printed
