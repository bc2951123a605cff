"""Agreements from draft to renewal, on the database."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from tests.signing import decide_renewal, print_reviewed
from tests.support import check_deferred, refused
from tests.world import World, number_of
from trunkline.agreements import checks, documents, queries
from trunkline.agreements import operations as agreements
from trunkline.agreements.clauses.queries import template_for
from trunkline.agreements.members import template_xlsx
from trunkline.agreements.types import (
    AgreementState,
    AgreementTerms,
    BusinessKind,
    PremiumTerms,
    Side,
    SignerRole,
)
from trunkline.numbering import queries as numbering
from trunkline.numbering.leases.operations import lease_number
from trunkline.numbering.types import NumberState
from trunkline.security.audit import acting
from trunkline.security.models import AuditOperation
from trunkline.security.types import Actor

FOUR_ALIKE, THREE_ALIKE = number_of("HF", 0), number_of("HF", 111)
AAAA = PremiumTerms(
    FOUR_ALIKE, "AAAA", Decimal("10000.00"), 12, Decimal("189.00"), approval="皖通集〔2026〕8号"
)
AAA = PremiumTerms(THREE_ALIKE, "AAA", Decimal("3600.00"), 12, Decimal("89.00"))


def terms(world: World, *, branch: str = "HF", **changes: Any) -> AgreementTerms:
    return replace(
        AgreementTerms(
            organization_id=world.organizations[branch][0],
            business_kind=BusinessKind.STANDARD_PLAN,
            business_terms="",
            plan_code="3G-66",
            first_month_mode="half",
            term_years=2,
        ),
        **changes,
    )


def agreed(drafted: AgreementTerms) -> AgreementTerms:
    """The terms as they are kept: by the standard template where they named none."""
    return replace(drafted, template_id=template_for(None, date(2026, 10, 12)).id)


def draft(world: World, actor: Actor, at: datetime, **changes: Any) -> int:
    return agreements.draft_agreement(terms=terms(world, **changes), actor=actor, at=at)


def printed(world: World, actor: Actor, at: datetime, **changes: Any) -> int:
    made = draft(world, actor, at, **changes)
    print_reviewed(made, actor=actor, at=at)
    return made


def reviewer(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="department_manager")


def sign(made: int, side: Side, on: date, actor: Actor, at: datetime, **changes: Any) -> AgreementState:
    given: dict[str, Any] = {
        "signer_name": "何守正",
        "signer_role": SignerRole.LEGAL_REPRESENTATIVE,
        "signed_on": on,
        "sealed_on": on,
        **changes,
    }
    return agreements.sign_agreement(agreement_id=made, side=side, actor=actor, at=at, **given)


def in_force(world: World, actor: Actor, at: datetime, **changes: Any) -> int:
    made = printed(world, actor, at, **changes)
    for side in Side:
        sign(made, side, at.date(), actor, at)
    return made


def broken() -> list[str]:
    return [check.code for check in checks.CHECKS if check.find()]


def state_of(number: str) -> NumberState:
    return numbering.numbers([number])[number].state


def test_a_draft_holds_its_premium_numbers_and_plans_their_releases(
    world: World, actor: Actor, at: datetime
) -> None:
    made = draft(world, actor, at, premiums=(AAAA, AAA))
    check_deferred()
    with acting(actor):
        view = queries.agreement(made)
        assert view.state is AgreementState.DRAFT
        assert view.number == f"HF-2026-{made:06d}"
        assert view.branch_id == world.branches["HF"]
        assert (view.members, view.connected, view.minimum_members) == (0, 0, 50)
        assert queries.premiums(made) == (AAAA, AAA)
        assert queries.terms(made) == agreed(terms(world, premiums=(AAAA, AAA)))
        held = [r.number for r in numbering.open_reservations(queries.holder_of(made))]
        assert held == [FOUR_ALIKE, THREE_ALIKE]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT amount FROM agreements_premiumrelease r JOIN agreements_premiumcommitment c "
                "ON c.id = r.commitment_id WHERE c.number = %s ORDER BY r.ordinal",
                [FOUR_ALIKE],
            )
            releases = [amount for (amount,) in cursor.fetchall()]
    assert releases == [Decimal("833.33")] * 11 + [Decimal("833.37")]
    assert AuditOperation.objects.filter(verb="agreement.draft").count() == 1


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"plan_code": "5G-1"}, ["agreement.plan_unknown"]),
        ({"first_month_mode": None}, ["agreement.first_month_missing"]),
        (
            {"minimum_members": 10, "term_years": 0},
            ["agreement.term_out_of_range", "agreement.minimum_members_too_low"],
        ),
        ({"terminal_model": "WP-E2"}, ["agreement.feature_unconfirmed"]),
        ({"premiums": (replace(AAAA, number=number_of("HF", 7)),)}, ["agreement.premium_ordinary"]),
        ({"premiums": (replace(AAAA, number=number_of("WH", 0)),)}, ["number.other_stock"]),
        ({"premiums": (AAAA, replace(AAA, number="18600000000"))}, ["number.unknown"]),
        ({"premiums": (replace(AAAA, approval=""),)}, ["agreement.premium_below_grade"]),
        (
            {"premiums": (replace(AAA, months=2, releases=(Decimal("1800.00"), Decimal("1799.99"))),)},
            ["agreement.releases_do_not_add_up", "agreement.premium_below_grade"],
        ),
        ({"organization_id": 999_999}, ["organization.unknown"]),
    ],
)
def test_terms_that_cannot_be_agreed_change_nothing(
    world: World, actor: Actor, at: datetime, changes: dict[str, Any], codes: list[str]
) -> None:
    assert refused(lambda: draft(world, actor, at, **changes)) == codes


def test_a_draft_may_say_what_each_month_releases(world: World, actor: Actor, at: datetime) -> None:
    own = replace(
        AAA,
        months=3,
        releases=(Decimal("3000.00"), Decimal("300.00"), Decimal("300.00")),
        approval="皖通集〔2026〕9号",
    )
    made = draft(world, actor, at, premiums=(own, AAAA))
    check_deferred()
    with acting(actor):
        assert queries.premiums(made) == (AAAA, own)
        printed_text = documents.agreement_document(made, at)
    pages = PdfReader(io.BytesIO(printed_text)).pages
    first = "".join(pages[0].extract_text().split())
    assert "第1月3,000.00第2—3月300.00" in first


def test_a_premium_number_kept_at_the_counter_goes_into_the_organisations_agreement_only(
    world: World, actor: Actor, at: datetime
) -> None:
    mine, other = world.organizations["HF"]
    lease_number(number=THREE_ALIKE, organization_id=mine, actor=actor, at=at)
    lease_number(number=FOUR_ALIKE, organization_id=other, actor=actor, at=at)
    assert refused(lambda: draft(world, actor, at, premiums=(AAAA, AAA))) == ["number.taken"]
    made = draft(world, actor, at, premiums=(AAA,))
    with acting(actor):
        lease = numbering.leases([THREE_ALIKE])[THREE_ALIKE]
    assert lease.holder == queries.holder_of(made)


def test_a_premium_number_goes_to_one_agreement_only(world: World, actor: Actor, at: datetime) -> None:
    draft(world, actor, at, premiums=(AAAA,))
    assert refused(lambda: draft(world, actor, at, premiums=(AAAA,))) == ["number.taken"]


def test_a_revision_replaces_terms_and_gives_dropped_premium_numbers_back(
    world: World, actor: Actor, at: datetime
) -> None:
    made = draft(world, actor, at, premiums=(AAAA,))
    changed = terms(world, premiums=(AAA,), term_years=3, plan_code="2G-20", first_month_mode=None)
    agreements.revise_agreement(agreement_id=made, terms=changed, actor=actor, at=at)
    check_deferred()
    with acting(actor):
        assert queries.terms(made) == agreed(changed)
        assert (state_of(FOUR_ALIKE), state_of(THREE_ALIKE)) == (NumberState.IDLE, NumberState.RESERVED)
    back = terms(world, premiums=(AAAA, replace(AAA, months=24)))
    agreements.revise_agreement(agreement_id=made, terms=back, actor=actor, at=at)
    check_deferred()
    with acting(actor):
        assert queries.premiums(made) == back.premiums
        assert broken() == []


def test_only_a_draft_is_revised_and_its_customer_stays(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    made = draft(world, actor, at)
    another = terms(world, organization_id=world.organizations["HF"][1])
    assert refused(
        lambda: agreements.revise_agreement(agreement_id=made, terms=another, actor=actor, at=at)
    ) == ["agreement.another_organization"]
    agreements.submit_agreement(agreement_id=made, actor=actor, at=at)
    assert refused(
        lambda: agreements.revise_agreement(agreement_id=made, terms=terms(world), actor=actor, at=at)
    ) == ["agreement.wrong_state"]
    agreements.review_agreement(
        agreement_id=made, approve=False, note="套餐有误", actor=reviewer(make_actor), at=at
    )
    agreements.revise_agreement(agreement_id=made, terms=terms(world), actor=actor, at=at)


def test_the_verbs_are_refused_out_of_turn(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    made = draft(world, actor, at)
    verbs: dict[str, Callable[[], object]] = {
        "review": lambda: agreements.review_agreement(
            agreement_id=made, approve=True, actor=reviewer(make_actor), at=at
        ),
        "print": lambda: agreements.print_agreement(agreement_id=made, actor=actor, at=at),
        "sign": lambda: sign(made, Side.CUSTOMER, at.date(), actor, at),
        "renew": lambda: agreements.renew_agreement(agreement_id=made, actor=actor, at=at),
        "end": lambda: agreements.end_agreement(agreement_id=made, actor=actor, at=at),
        "original": lambda: agreements.register_original(
            agreement_id=made, ordinal=1, side=Side.CUSTOMER, holder="x", place="y", actor=actor, at=at
        ),
    }
    for verb, call in verbs.items():
        assert refused(call) == ["agreement.wrong_state"], verb
    missing = 999_999
    assert refused(lambda: agreements.submit_agreement(agreement_id=missing, actor=actor, at=at)) == [
        "agreement.unknown"
    ]


@pytest.mark.parametrize("first", list(Side))
def test_the_second_side_brings_it_into_force_on_the_later_date(
    world: World, actor: Actor, first: Side
) -> None:
    drafted = datetime.fromisoformat("2026-02-20T10:00+08:00")
    later = datetime.fromisoformat("2026-03-06T10:00+08:00")
    made = printed(world, actor, drafted, premiums=(AAAA,))
    days = {first: date(2026, 3, 1), next(side for side in Side if side is not first): date(2026, 3, 5)}
    states = [sign(made, side, day, actor, later) for side, day in days.items()]
    assert states[1] is AgreementState.EFFECTIVE
    assert states[0] in (AgreementState.SIGNED_BY_CUSTOMER, AgreementState.SIGNED_BY_OPERATOR)
    with acting(actor):
        view = queries.agreement(made)
        assert (view.effective_on, view.ends_on) == (date(2026, 3, 5), date(2028, 3, 4))
        schedule = queries.premium_schedule([FOUR_ALIKE, THREE_ALIKE])
        assert set(schedule) == {FOUR_ALIKE}
        assert sum(schedule[FOUR_ALIKE].releases) == AAAA.prepayment
        assert schedule[FOUR_ALIKE].effective_on == date(2026, 3, 5)
        assert broken() == []


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        (
            {"signer_role": SignerRole.AUTHORISED_REPRESENTATIVE},
            ["signature.power_of_attorney_missing"],
        ),
        ({"signed_on": date(2026, 10, 11)}, ["signature.dated_too_early"]),
        ({"sealed_on": date(2026, 10, 13)}, ["signature.dated_in_future"]),
        ({"signer_role": SignerRole.HANDLER}, ["signature.not_a_representative"]),
    ],
)
def test_a_signature_that_does_not_count_is_refused(
    world: World, actor: Actor, at: datetime, changes: dict[str, Any], codes: list[str]
) -> None:
    made = printed(world, actor, at)
    assert refused(lambda: sign(made, Side.CUSTOMER, at.date(), actor, at, **changes)) == codes


def test_the_same_side_cannot_sign_twice(world: World, actor: Actor, at: datetime) -> None:
    made = printed(world, actor, at)
    sign(made, Side.CUSTOMER, at.date(), actor, at)
    assert refused(lambda: sign(made, Side.CUSTOMER, at.date(), actor, at)) == ["agreement.wrong_state"]


def test_six_originals_are_registered_three_a_side_and_moved(
    world: World, actor: Actor, at: datetime
) -> None:
    made = printed(world, actor, at)

    def register(ordinal: int, side: Side) -> None:
        agreements.register_original(
            agreement_id=made, ordinal=ordinal, side=side, holder="档案室", place="三楼", actor=actor, at=at
        )

    for ordinal in range(1, 4):
        register(ordinal, Side.CUSTOMER)
    assert refused(lambda: register(4, Side.CUSTOMER)) == ["original.side_has_three"]
    for ordinal in range(4, 7):
        register(ordinal, Side.OPERATOR)
    assert refused(lambda: register(7, Side.OPERATOR)) == ["original.beyond_six", "original.side_has_three"]
    agreements.move_original(agreement_id=made, ordinal=6, holder="法务", place="二楼", actor=actor, at=at)
    with acting(actor):
        assert [(o.ordinal, o.side, o.holder) for o in queries.originals(made)][-1] == (
            6,
            Side.OPERATOR,
            "法务",
        )
        assert len(queries.originals(made)) == 6
        assert broken() == []


def test_near_its_end_an_agreement_is_reviewed_and_renewed_by_one_year(
    world: World, actor: Actor, at: datetime
) -> None:
    made = in_force(world, actor, at, term_years=1)
    other = in_force(world, actor, at, term_years=2)
    assert agreements.mark_expiring(actor=actor, at=at) == 0
    near = at + timedelta(days=310)
    assert agreements.mark_expiring(actor=actor, at=near) == 1
    assert refused(lambda: agreements.end_agreement(agreement_id=made, actor=actor, at=near)) == [
        "agreement.not_over"
    ]
    assert refused(lambda: agreements.renew_agreement(agreement_id=made, actor=actor, at=near)) == [
        "renewal.not_reviewed"
    ]
    decide_renewal(made, renew=True, actor=actor, at=near)
    assert agreements.renew_agreement(agreement_id=made, actor=actor, at=near) == date(2028, 10, 11)
    with acting(actor):
        assert queries.agreement(made).state is AgreementState.RENEWED
        assert queries.agreement(other).state is AgreementState.EFFECTIVE


def test_an_agreement_that_is_over_gives_its_numbers_back(world: World, actor: Actor, at: datetime) -> None:
    made = in_force(world, actor, at, term_years=1, premiums=(AAAA,))
    over = at + timedelta(days=366)
    agreements.mark_expiring(actor=actor, at=over)
    assert refused(lambda: agreements.end_agreement(agreement_id=made, actor=actor, at=over)) == [
        "renewal.end_not_decided"
    ]
    decide_renewal(made, renew=False, actor=actor, at=over)
    agreements.end_agreement(agreement_id=made, actor=actor, at=over)
    with acting(actor):
        assert queries.agreement(made).state is AgreementState.ENDED
        assert state_of(FOUR_ALIKE) is NumberState.IDLE
        assert set(queries.premium_schedule([FOUR_ALIKE])) == {FOUR_ALIKE}


def test_agreements_are_found_by_number_and_by_customer(world: World, actor: Actor, at: datetime) -> None:
    made, other = draft(world, actor, at), draft(world, actor, at, branch="WH")
    with acting(actor):
        assert [a.id for a in queries.find_agreements()] == [other, made]
        assert [a.id for a in queries.find_agreements("合肥示范银行")] == [made]
        assert [a.id for a in queries.find_agreements(f"WH-2026-{other:06d}")] == [other]
        assert [a.id for a in queries.agreements_of(world.organizations["HF"][0])] == [made]
        assert queries.find_agreements("没有") == ()
        assert [r.code for r in queries.why_not_connectable(made)] == [
            "agreement.wrong_state",
            "agreement.no_attachment",
        ]


def test_another_branch_neither_sees_nor_changes_an_agreement(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    made = draft(world, actor, at)
    stranger = make_actor(role="account_manager", branch="WH")
    own = make_actor(role="account_manager", branch="HF")
    assert refused(lambda: agreements.submit_agreement(agreement_id=made, actor=stranger, at=at)) == [
        "agreement.unknown"
    ]
    assert refused(lambda: draft(world, stranger, at)) == ["organization.unknown"]
    with acting(stranger):
        assert queries.find_agreements() == ()
    agreements.submit_agreement(agreement_id=made, actor=own, at=at)


def test_a_clerk_may_not_draft(world: World, make_actor: Callable[..., Actor], at: datetime) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    assert refused(lambda: draft(world, clerk, at)) == ["permission.missing"]
    assert refused(
        lambda: agreements.accept_members(agreement_id=1, content=template_xlsx("zh"), actor=clerk, at=at)
    ) == ["permission.missing"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agreements_premiumrelease SET amount = amount + 1",
        "UPDATE agreements_premiumcommitment SET prepayment = prepayment + 1",
        "UPDATE agreements_signature SET signed_on = signed_on - 1",
        "UPDATE agreements_agreement SET state = 'draft'",
        "DELETE FROM agreements_agreement",
        "TRUNCATE agreements_original",
    ],
)
def test_the_database_refuses_what_no_verb_does(
    world: World, actor: Actor, at: datetime, statement: str
) -> None:
    in_force(world, actor, at, premiums=(AAAA,))
    with acting(actor), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_agreement_is_printed_with_and_without_signatures(
    world: World, actor: Actor, at: datetime
) -> None:
    made = printed(
        world, actor, at, premiums=(AAAA,), terminal_model="WP-E2", unsupported_features=("video_call",)
    )
    with acting(actor):
        unsigned = documents.agreement_document(made, at)
        assert unsigned.startswith(b"%PDF")
        assert documents.agreement_document(made, at) == unsigned
    for side in Side:
        sign(made, side, at.date(), actor, at)
    with acting(actor):
        assert documents.agreement_document(made, at) != unsigned
