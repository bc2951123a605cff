"""`trunkline verify`: every invariant, broken on purpose, is caught. A check without a breaker here fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from tests.breaking import break_by, copy_to_break
from tests.conftest import Cluster
from tests.items import application
from tests.numbers_400 import ORDINARY, keep_400
from tests.products import product_order
from tests.signing import FIVE_PAPERS, installation, member_rows, premium, signed_agreement
from tests.world import World, logins, number_of
from trunkline.agreements.operations import register_original
from trunkline.agreements.types import Side
from trunkline.billing.operations import (
    approve_breach,
    convert_prepayments,
    issue_invoice,
    propose_breach,
    take_back_invoices,
    take_international_prepayments,
    take_payment,
)
from trunkline.billing.queries import find_bills
from trunkline.billing.types import BreachProposal, InvoiceKind, InvoiceRequest, NewPrepayment
from trunkline.counter import desk
from trunkline.counter.visits import Appearance, place_visit
from trunkline.installations.operations import finish_task, remove_installation
from trunkline.installations.queries import find_installations, tasks_of
from trunkline.interfaces.cli.verify import all_checks, broken
from trunkline.kernel.checks import Check
from trunkline.kernel.periods import Month, local_date
from trunkline.numbering.operations import reserve_idle
from trunkline.ordering.queries import order_items
from trunkline.ordering.types import OrderState, Scan
from trunkline.ordering.visits import add_to_visit, draft
from trunkline.party.types import PaymentMethod
from trunkline.runs.billrun import run_month
from trunkline.runs.intake import take_usage_file
from trunkline.security.audit import acting
from trunkline.security.queries import actor_by_login
from trunkline.security.types import Actor, Door
from trunkline.subscriptions.operations import close_services, open_services
from trunkline.subscriptions.queries import lines_by_number
from trunkline.subscriptions.types import LineView, ServiceCode

ONE_IDLE = "id = (SELECT min(id) FROM numbering_number WHERE state = 'idle')"
ONE_LINE = "id = (SELECT min(id) FROM subscriptions_line)"
ONE_BILL = "id = (SELECT min(id) FROM billing_bill)"

#: An organisation waits for an idle number.
_WAITING = (
    "INSERT INTO numbering_waiting (number_id, branch_id, organization_id, joined_by_id, joined_at, ended_how) "
    "SELECT n.id, n.stock_id, (SELECT min(id) FROM party_organization), (SELECT min(id) FROM security_staff), "
    f"now(), '' FROM numbering_number n WHERE n.{ONE_IDLE}"
)

#: What breaks each invariant. Triggers, foreign keys and the CHECKs of the tables are out of force meanwhile.
BREAKERS: dict[str, tuple[str, ...]] = {
    "installation.tasks_follow_state": (
        "UPDATE installations_task SET state = 'open' WHERE kind = 'joint_test' AND state = 'done'",
    ),
    "installation.rate_while_in_service": ("UPDATE installations_rate SET valid_to = valid_from",),
    "installation.account_own": (
        "UPDATE installations_installation SET organization_id = organization_id + 1",
    ),
    "installation.order_ends_with_it": (
        "UPDATE ordering_order SET state = 'completed', completed_at = placed_at WHERE state = 'inProgress'",
    ),
    "installation.same_branch": ("UPDATE installations_task SET branch_id = branch_id + 1",),
    "detail.access_own_branch": (
        "INSERT INTO rating_detailaccess (branch_id, organization_id, order_id, staff_id, door, way, month, number,"
        " kind, skipped, records, at) SELECT 0, min(id), 1, 1, 'web', 'page', '2026-10-01', '', '', 0, 1, now()"
        " FROM party_organization",
    ),
    "organization.uscc_valid": ("UPDATE party_organization SET uscc = '91340100MA00000001'"
                                " WHERE id = (SELECT min(id) FROM party_organization)",),
    "handler.id_valid": ("UPDATE party_handler SET id_number = '340102198001010019'",),
    "visit.orders_of_one_customer": ("UPDATE ordering_visit SET organization_id = organization_id + 1",),
    "scan.as_filed": ("UPDATE ordering_scancontent SET content = 'x'",),
    "price.has_reference": ("UPDATE catalog_priceversion SET reference = ' '",),
    "number.reserved_has_lease": (f"UPDATE numbering_number SET state = 'reserved' WHERE {ONE_IDLE}",),
    "number.lease_is_reserved": ("UPDATE numbering_number SET state = 'idle' WHERE state = 'reserved'",),
    "number.frozen_has_end": (f"UPDATE numbering_number SET state = 'frozen' WHERE {ONE_IDLE}",),
    "number.grade_defined": (f"UPDATE numbering_number SET grade = 'ZZZ' WHERE {ONE_IDLE}",),
    "number.waited_for_is_held": (_WAITING,),
    "number.queue_of_its_branch": (
        _WAITING,
        "UPDATE numbering_waiting SET branch_id = "
        "(SELECT max(b.id) FROM security_branch b WHERE b.id <> numbering_waiting.branch_id)",
    ),
    "number.request_has_its_number": ("UPDATE numbering_numberrequest SET state = 'in_use'",),
    "number.request_thread_tells_its_state": ("UPDATE numbering_numberrequest SET state = 'released'",),
    "installation.number_in_use": (
        "UPDATE numbering_number SET state = 'in_use' WHERE kind = 'service_400'",
    ),
    "number.ported_in_has_override": (
        f"UPDATE numbering_number SET arrangement = 'ported_in' WHERE {ONE_IDLE}",
    ),
    "number.in_range": (f"UPDATE numbering_number SET number = '13912345678' WHERE {ONE_IDLE}",),
    "line.number_in_use_has_line": (f"UPDATE numbering_number SET state = 'in_use' WHERE {ONE_IDLE}",),
    "line.number_is_in_use": ("UPDATE numbering_number SET state = 'idle' WHERE state = 'in_use'",),
    "line.complete": ("UPDATE subscriptions_sim SET retired_at = now() WHERE line_id IS NOT NULL",),
    "line.account_own": ("UPDATE subscriptions_line SET organization_id = organization_id + 1"
                         f" WHERE {ONE_LINE}",),
    "line.ended_holds_nothing": ("UPDATE subscriptions_line SET state = 'terminated', terminated_at = now()"
                                 f" WHERE {ONE_LINE}",),
    "line.not_stopped_before_active": (
        "INSERT INTO subscriptions_linestop (line_id, branch_id, cause, since) SELECT id, branch_id, 'loss',"
        f" activated_at - interval '1 day' FROM subscriptions_line WHERE {ONE_LINE}",
    ),
    "line.data_bar_lifted": (
        "INSERT INTO subscriptions_linestop (line_id, branch_id, cause, since, until) SELECT id, branch_id,"
        f" 'data_cap', '2026-10-20', '2026-11-20' FROM subscriptions_line WHERE {ONE_LINE}",
    ),
    "line.same_branch": ("UPDATE subscriptions_linenumber SET branch_id = branch_id + 1",),
    "person.line_limit": ("UPDATE subscriptions_line SET user_id_number = '340104198808080017'",),
    "agreement.lines_on_signed_attachments": (
        "DELETE FROM agreements_signature WHERE attachment_id IS NOT NULL AND side = 'b'",
    ),
    "agreement.releases_add_up": ("UPDATE agreements_premiumrelease SET amount = amount + 1",),
    "agreement.three_originals_a_side": ("UPDATE agreements_original SET side = 'a'",),
    "agreement.effective_date": ("UPDATE agreements_agreement SET effective_on = effective_on - 1",),
    "agreement.attachments_unchanged": ("UPDATE agreements_member SET name = '另一人' WHERE row = 1",),
    "agreement.library_unchanged": (
        "UPDATE agreements_clauseversion SET text = text || '。' WHERE id = (SELECT min(id) FROM agreements_clauseversion)",
        "UPDATE agreements_templateversion SET warning_days = warning_days + 1",
    ),
    "agreement.values_fit": (
        "UPDATE agreements_agreement SET clause_values = '{\"cap\": \"6\"}'",
        "UPDATE agreements_agreement SET business_kind = 'group_vas'",
    ),
    "agreement.printed_as_reviewed": (
        "UPDATE agreements_agreement SET data_cap_gb = 7",
        "UPDATE agreements_review SET decision = 'return'",
    ),
    "agreement.reviewed_by_another": (
        "UPDATE agreements_review SET reviewed_by_id = (SELECT min(drafted_by_id) FROM agreements_agreement)",
    ),
    "agreement.connected_members": ("UPDATE agreements_membersheet SET superseded_at = now()",),
    "ledger.entries_balance": ("UPDATE ledger_posting SET amount = amount + 1",),
    "ledger.postings_have_entries": ("DELETE FROM ledger_entry",),
    "ledger.sums_to_zero": ("UPDATE ledger_posting SET amount = amount + 1",),
    "ledger.deposits_not_negative": ("UPDATE ledger_posting SET amount = -amount",),
    "points.lots_within_bounds": ("UPDATE ledger_pointsmovement SET points = points + 1",),
    "points.lots_are_earned": ("UPDATE ledger_pointsmovement SET kind = 'adjusted'",),
    "points.nothing_after_expiry": ("UPDATE ledger_pointslot SET expires_on = '2020-01-01'",),
    "usage.counts_add_up": ("DELETE FROM rating_usagereject",),
    "usage.parts_exist": ("UPDATE rating_usagepart SET path = path || '.gone'",),
    "rating.counts_add_up": ("UPDATE rating_monthrating SET rated = rated + 1",),
    "bill.total_is_its_lines": (f"UPDATE billing_bill SET total = total + 1 WHERE {ONE_BILL}",),
    "bill.total_is_posted": (f"UPDATE billing_bill SET total = total + 1 WHERE {ONE_BILL}",),
    "bill.tax_is_posted": (f"UPDATE billing_bill SET tax_total = tax_total + 1 WHERE {ONE_BILL}",),
    "bill.paid_is_allocated": ("UPDATE billing_paymentallocation SET amount = amount + 1",),
    "account.balance_is_the_ledgers": (
        "UPDATE ledger_posting SET amount = amount + 1 WHERE general_account = 'receivable'",
    ),
    "account.deposit_is_what_payments_left": (
        "UPDATE billing_payment SET amount = amount + 1 WHERE purpose = 'bills' AND account_id IS NOT NULL",
    ),
    "payment.allocated_in_full": (
        "UPDATE billing_payment SET account_id = NULL, amount = amount + 1 WHERE purpose = 'bills'",
    ),
    "premium.adds_up": ("UPDATE billing_payment SET amount = amount + 1 WHERE purpose = 'premium_deposit'",),
    "premium.use_is_on_the_bill": (f"UPDATE billing_bill SET from_deposit = from_deposit + 1 WHERE {ONE_BILL}",),
    "invoice.within_what_was_paid": ("UPDATE billing_invoice SET amount = amount + 1 WHERE state = 'issued'",),
    "invoice.taken_back_whole": ("UPDATE billing_invoice SET amount = amount - 1 WHERE state = 'red_letter'",),
    "premium.meets_its_own_number": (
        "UPDATE ledger_posting SET subject = '00000000000' WHERE general_account = 'premium_released' AND amount > 0",
    ),
    "breach.is_posted": ("UPDATE billing_breachcase SET top_up = top_up + 1",),
    "breach.offset_within_deposit": ("UPDATE billing_breachcase SET \"offset\" = 99999, number = number || '0'",),
    "run.expected_is_billed_or_parked": ("UPDATE runs_billrun SET expected = expected + 1",),
    "run.every_active_account_is_billed": (f"DELETE FROM billing_bill WHERE {ONE_BILL}",),
    "run.closed_has_no_waiting_part": ("UPDATE runs_billrunpart SET state = 'waiting'",),
    "credit.within_rent": (
        "UPDATE billing_billline SET kind = 'credit', amount = -9999, explanation = '{\"rent_month\": \"2026-09\"}'"
        " WHERE id = (SELECT min(id) FROM billing_billline WHERE kind = 'usage')",
    ),
    "usage.data_counted": (
        "INSERT INTO rating_datamonth (line_id, branch_id, month, used) SELECT id, branch_id,"
        f" date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai'), 5 FROM subscriptions_line WHERE {ONE_LINE}",
    ),
    "run.late_openings_are_compensated": (
        "UPDATE installations_installation SET due_on = opened_on - 3 WHERE billed_from IS NOT NULL",
    ),
    "run.credits_have_their_tickets": (
        "UPDATE billing_billline SET kind = 'credit', explanation = '{\"tickets\": [\"HF-F20260901-000001\"]}'"
        " WHERE id = (SELECT min(id) FROM billing_billline WHERE kind = 'usage')",
    ),
    "international.prepayment_is_held": (
        "UPDATE billing_internationalprepayment SET amount = amount + 1 WHERE state = 'held'",
    ),
    "international.deposit_is_held": (
        "UPDATE billing_internationalprepayment SET amount = amount + 1 WHERE state = 'converted'",
    ),
    "international.held_only_while_open": ("UPDATE subscriptions_lineservice SET valid_to = now()",),
    "line.billed_once": (
        "UPDATE billing_billline SET line_id = (SELECT min(line_id) FROM billing_billline) WHERE kind = 'recurring'",
    ),
}  # fmt: skip

JOINED = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)
BILLED = datetime(2026, 10, 2, 2, 0, tzinfo=UTC)
PREMIUM = number_of("HF", 0)

#: Families of checks that are broken on purpose beside the tests of their own context.
ELSEWHERE = {"message", "portal", "ticket"}

HEADER = "source,record_id,line_number,kind,direction,started_at,quantity,zone,other_party"


def family(check: Check) -> str:
    return check.code.split(".")[0]


def _usage(numbers: list[str]) -> str:
    """Calls of the numbers and of one that nobody has, one of them twice, and one row that is wrong."""
    rows = [
        f"MSC,r{n},{number},voice,mo,2026-09-20T10:00:00+08:00,6000,local,10000000001"
        for n, number in enumerate([*numbers, number_of("HF", 399)])
    ]
    return "\n".join([HEADER, *rows, rows[0], rows[0].replace("r0", "r-bad").replace("voice", "fax")]) + "\n"


def _install(world: World, system: Actor, clerk: Actor) -> None:
    """Three circuits: in service, removed, and under work."""
    made = []
    for _ in range(3):
        request = product_order(world, requested_on="2026-10-01")
        placed = desk.place(request=request, actor=clerk, at=JOINED)
        with acting(system):
            made += find_installations(order_id=placed.id)
    for one in made[:2]:
        with acting(system):
            tasks = tasks_of(one.id)
        for task in tasks:
            finish_task(task_id=task.id, actor=system, at=JOINED)
    remove_installation(installation_id=made[1].id, words="设备已收回", actor=system, at=JOINED)
    keep_400(world.organizations["HF"][0], ORDINARY, at=JOINED)


def _visit(world: World, system: Actor, clerk: Actor, number: str) -> None:
    """One line is reported lost and found again in one visit."""
    with acting(system):
        line = lines_by_number([number])[number].id
    for item in ("loss_report", "loss_lift"):
        draft_id = add_to_visit(
            request=application(world, item, [line]),
            branch_id=world.branches["HF"],
            selection_id=None,
            actor=clerk,
            at=BILLED,
        )
    with acting(system):
        held = draft(draft_id, actor=clerk)
    place_visit(draft_id=draft_id, appeared=Appearance(held.handler_id, held.papers), actor=clerk, at=BILLED)


def _build(world: World, folder: Path) -> None:
    """Members, one with a premium number, are connected, use their phones, are billed, and pay in part."""
    system = actor_by_login("system", Door.CLI)
    clerk = actor_by_login(logins("clerk", "HF"), Door.CLI)
    bank, branch = world.organizations["HF"][0], world.branches["HF"]
    rows = member_rows(7)
    rows[0][2] = PREMIUM
    agreement = signed_agreement(bank, rows, premiums=(premium(PREMIUM),), actor=system, at=JOINED)
    for ordinal in range(1, 7):
        side = Side.CUSTOMER if ordinal <= 3 else Side.OPERATOR
        register_original(
            agreement_id=agreement,
            ordinal=ordinal,
            side=side,
            holder="何守正",
            place="档案室",
            actor=system,
            at=JOINED,
        )
    copied = Scan(FIVE_PAPERS[0].kind, "page.pdf", b"%PDF-1.7\n%%EOF\n")
    request = replace(installation(world, agreement, bank), scans=(copied,))
    placed = desk.place(request=request, actor=clerk, at=JOINED)
    done = desk.execute(order_id=placed.id, actor=clerk, at=JOINED)
    assert done.state is OrderState.COMPLETED, done.failure
    reserve_idle(
        count=1,
        stock_id=branch,
        purpose="counter",
        holder="customer:1",
        expires_at=JOINED + timedelta(days=900),
        actor=system,
        at=JOINED,
    )
    with acting(system):
        numbers = [item.number for item in order_items(placed.id)]
    _visit(world, system, clerk, numbers[0])
    file = folder / "usage.csv"
    file.write_text(_usage(numbers), encoding="utf-8")
    _install(world, system, clerk)
    take_usage_file(path=file, actor=system, at=BILLED)
    run_month(month=Month(2026, 9), actor=system, at=BILLED)
    with acting(system):
        owed = next(bill for bill in find_bills(month=Month(2026, 9)) if bill.cash_due)
    taken = take_payment(
        organization_id=bank,
        account_id=owed.account_id,
        bill_ids=(owed.id,),
        amount=owed.cash_due + 5,
        method=PaymentMethod.CASH,
        reference="",
        actor=clerk,
        at=BILLED,
    )
    with acting(system):
        roaming = list(lines_by_number(numbers).values())[:2]
    _roam(roaming, system)
    asked = InvoiceRequest(InvoiceKind.ORDINARY, "合肥示范银行", "", payment_id=taken.id)
    first = issue_invoice(request=asked, actor=system, at=BILLED)
    take_back_invoices(invoice_ids=[first.id], reason="抬头有误", actor=system, at=BILLED)
    issue_invoice(request=asked, actor=system, at=BILLED)
    claim = BreachProposal(agreement, PREMIUM, local_date(BILLED), "合约期内离网", losses=Decimal(100))
    case = propose_breach(proposal=claim, actor=system, at=BILLED)
    manager = actor_by_login(logins("department_manager", "HF"), Door.CLI)
    approve_breach(case_id=case, actor=manager, at=BILLED)


def _roam(lines: list[LineView], system: Actor) -> None:
    """Two lines roam abroad with a prepayment each; one of them stops."""
    opened = {"service": ServiceCode.INTERNATIONAL_ROAMING, "actor": system}
    open_services(line_ids=[line.id for line in lines], at=BILLED, **opened)
    take_international_prepayments(
        prepayments=[
            NewPrepayment(
                line.id, line.account_id, line.number, ServiceCode.INTERNATIONAL_ROAMING, Decimal("500.00")
            )
            for line in lines
        ],
        method=PaymentMethod.CASH,
        actor=system,
        at=BILLED,
    )
    closed = BILLED + timedelta(days=3)
    close_services(line_ids=[lines[0].id], at=closed, **opened)
    convert_prepayments(line_ids=[lines[0].id], settlement_days=45, at=closed, **opened)


@pytest.fixture(scope="module")
def worked_in(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A database in which everything has happened once, seen by its superuser, who may break it."""
    with copy_to_break(cluster, lambda: _build(cluster.world, tmp_path_factory.mktemp("usage"))):
        yield


def test_nothing_is_broken_after_ordinary_work(worked_in: None) -> None:
    assert [(check.code, places) for check, places in broken(all_checks())] == []


@pytest.mark.parametrize(
    "check", [c for c in all_checks() if family(c) not in ELSEWHERE], ids=lambda check: check.code
)
def test_a_broken_invariant_is_caught(worked_in: None, check: Check) -> None:
    assert check.code in BREAKERS, f"break {check.code} on purpose here, and see it caught"
    with transaction.atomic():
        for statement in BREAKERS[check.code]:
            break_by(statement)
        found = check.find()
        transaction.set_rollback(True)
    assert found
    assert check.find() == []


def test_every_check_has_a_code_of_its_own_and_words_in_both_languages() -> None:
    checks = all_checks()
    assert len({check.code for check in checks}) == len(checks)
    assert all(check.text.zh and check.text.en for check in checks)
    assert set(BREAKERS) == {check.code for check in checks if family(check) not in ELSEWHERE}
