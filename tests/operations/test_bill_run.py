"""The bill run on a real database, against an oracle that knows nothing of the program's own arithmetic."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.lines import Connected, accounts, connect, plan_id
from tests.signing import member_rows, premium, signed_agreement
from tests.support import check_deferred, snapshot
from tests.world import World, number_of
from trunkline.agreements import queries as agreements
from trunkline.billing import queries as billing
from trunkline.billing.checks import CHECKS as BILLING
from trunkline.billing.operations import receive_premium_deposit
from trunkline.billing.types import BillState, ChargeKind
from trunkline.catalog import operations as catalog
from trunkline.catalog import queries as catalog_queries
from trunkline.catalog.types import OfferingKind, PaymentMode
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import PLANS
from trunkline.interfaces.jobs.handlers import bill_parked_again
from trunkline.kernel.clock import at_time
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.ledger import queries as ledger
from trunkline.ledger.checks import CHECKS as LEDGER
from trunkline.ledger.types import PremiumBalance
from trunkline.numbering import operations as numbering
from trunkline.party.types import PaymentMethod
from trunkline.rating import queries as rating
from trunkline.rating.checks import CHECKS as RATING
from trunkline.runs import billrun
from trunkline.runs.billrun import retry_parked, run_month, start_bill_run
from trunkline.runs.checks import CHECKS as RUNS
from trunkline.runs.intake import take_usage_file
from trunkline.runs.queries import bill_run, bill_runs, parked_accounts
from trunkline.runs.types import BillRunView, RunProgress, RunState
from trunkline.runs.work import Work
from trunkline.security.audit import acting, operation
from trunkline.security.types import Actor

SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)
BEFORE = datetime(2026, 9, 10, 2, tzinfo=UTC)
ENTERED = datetime(2026, 10, 8, 2, tzinfo=UTC)
AFTER = datetime(2026, 11, 2, 2, tzinfo=UTC)
HEADER = "source,record_id,line_number,kind,direction,started_at,quantity,zone,other_party"
OTHER = "10000000001"


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own for each test: the database of most is rolled back, the files would stay."""
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", tmp_path_factory.mktemp("var"))


@dataclass(frozen=True)
class Record:
    """A usage record of the test."""

    id: str
    number: str
    kind: str
    direction: str
    at: datetime
    quantity: int
    zone: str = "local"


def take(
    records: Iterable[Record], folder: Path, actor: Actor, at: datetime, name: str = "usage.csv"
) -> None:
    rows = [
        f"MSC,{r.id},{r.number},{r.kind},{r.direction},{r.at.isoformat()},{r.quantity},{r.zone},{OTHER}"
        for r in records
    ]
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    result = take_usage_file(path=path, actor=actor, at=at)
    assert (result.accepted, result.rejected, result.duplicates) == (len(rows), 0, 0), result.reasons


def call(n: int, line: Connected, minutes: int, *, at: datetime = ENTERED, zone: str = "local") -> Record:
    return Record(f"c{n}", line.number, "voice", "mo", at + timedelta(hours=1, minutes=n), minutes * 60, zone)


def broken() -> list[str]:
    return [
        f"{check.code}: {place}" for check in (*BILLING, *LEDGER, *RATING, *RUNS) for place in check.find()
    ]


def amounts(account: int, month: Month = OCTOBER) -> dict[str, Decimal]:
    """What the bill of an account charges, by code."""
    bills = [b for b in billing.bills_of_account(account) if b.month == month]
    assert len(bills) == 1
    lines = billing.bill_lines(bills[0].id)
    assert sum((line.amount for line in lines), ZERO) == bills[0].total
    return {line.code: line.amount for line in lines}


def run(month: Month, actor: Actor, at: datetime = AFTER) -> BillRunView:
    done = run_month(month=month, actor=actor, at=at)
    check_deferred()
    return done


# The oracle: one record after the other, in fractions.


ALLOWANCES = {
    "voice/mo": ("minutes", 60),
    "sms/mo": ("messages", 1),
    "mms/mo": ("multimedia", 1),
    "data/mo": ("megabytes", 1024),
}
FIXED_PRICES = {
    "voice/mt": Fraction(0),
    "sms/mo": Fraction(1, 10),
    "mms/mo": Fraction(9, 10),
    "data/mo": Fraction(3, 10_000),
}


def expected_charges(plan_code: str, mode: str | None, records: list[Record]) -> dict[str, Decimal]:
    """What a line owes for a month, by code: its plan and each kind of usage, rounded half up to the fen."""
    plan = next(p for p in PLANS if p.code == plan_code)
    fee = Fraction(plan.fee)
    half, none = mode == "half", mode == "out_of_plan"
    rent = Fraction(0) if none else Fraction(int(fee / 2 * 100), 100) if half else fee
    left = {}
    for use, (attribute, _) in ALLOWANCES.items():
        whole = getattr(plan, attribute)
        granted = 0 if none else -(-whole // 2) if half else whole
        left[use] = granted * 1024 if use == "data/mo" else granted
    owed: dict[str, Fraction] = {}
    for r in sorted(records, key=lambda r: (r.at, r.id)):
        use = f"{r.kind}/{r.direction}"
        unit = 60 if r.kind == "voice" else 1024 if r.kind == "data" else 1
        units = -(-r.quantity // unit)
        free = min(units, left.get(use, 0))
        if use in left:
            left[use] -= free
        price = Fraction(plan.minute_price, 10_000) if use == "voice/mo" else FIXED_PRICES[use]
        code = f"{r.kind}.{r.direction}.local"
        owed[code] = owed.get(code, Fraction(0)) + (units - free) * price
    return {f"plan.{plan_code}": fen(rent)} | {code: fen(amount) for code, amount in owed.items()}


def fen(amount: Fraction) -> Decimal:
    return Decimal(int(amount * 100 + Fraction(1, 2))) / 100


def made_up_records(lines: list[Connected], since: dict[str, datetime], seed: int) -> list[Record]:
    chance = random.Random(seed)
    records = []
    for line in lines:
        for n in range(chance.randrange(60)):
            kind, direction = chance.choice(
                [
                    ("voice", "mo"),
                    ("voice", "mo"),
                    ("voice", "mt"),
                    ("sms", "mo"),
                    ("mms", "mo"),
                    ("data", "mo"),
                ]
            )
            quantity = {"voice": chance.randrange(900), "data": chance.randrange(30_000_000)}.get(kind, 1)
            seconds = chance.randrange(int((OCTOBER.end - since[line.number]).total_seconds()))
            at = since[line.number] + timedelta(seconds=seconds)
            records.append(Record(f"{line.number}-{n:03d}", line.number, kind, direction, at, quantity))
    chance.shuffle(records)
    return records


@pytest.mark.parametrize("seed", [1, 2])
def test_a_month_comes_out_to_the_fen(world: World, actor: Actor, tmp_path: Path, seed: int) -> None:
    chosen: list[tuple[Connected, str, str | None]] = []
    since: dict[str, datetime] = {}
    for place, (plan, mode, month, branch) in enumerate(
        [
            ("3G-46", "full_month", BEFORE, "HF"),
            ("3G-46", "half", ENTERED, "HF"),
            ("3G-66", "out_of_plan", ENTERED, "WH"),
            ("2G-39.9", "half", ENTERED, "HF"),
            ("2G-20", None, BEFORE, "WH"),
            ("3GD-100", "full_month", ENTERED, "HF"),
            ("3G-286", "half", BEFORE, "WH"),
        ]
    ):
        at = month + timedelta(minutes=place)
        for line in connect(world, actor, at, 2, branch=branch, plan=plan, mode=mode):
            chosen.append((line, plan, mode if at >= OCTOBER.start else None))
            since[line.number] = max(at, OCTOBER.start)
    records = made_up_records([line for line, _, _ in chosen], since, seed)
    take(records[::2], tmp_path, actor, AFTER, "a.csv")
    take(records[1::2], tmp_path, actor, AFTER, "b.csv")
    done = run(OCTOBER, actor)
    assert (done.state, done.expected, done.bills, done.parked) == (RunState.CLOSED, 14, 14, 0)
    total = ZERO
    for line, plan, mode in chosen:
        expected = expected_charges(plan, mode, [r for r in records if r.number == line.number])
        assert amounts(line.account_id) == expected, (plan, mode)
        total += sum(expected.values(), ZERO)
    assert done.amount == total == billing.bill_totals(OCTOBER)[1]
    assert rating.latest_rating(OCTOBER).records == len(records)  # type: ignore[union-attr]
    assert rating.unrated_reasons(OCTOBER) == {}
    assert broken() == []


def test_a_closed_month_is_only_shown_again(world: World, actor: Actor, at: datetime) -> None:
    connect(world, actor, BEFORE, 2)
    first = run(OCTOBER, actor)
    assert first.state is RunState.CLOSED
    bills, postings = billing.find_bills(OCTOBER), ledger.trial_balance()
    assert run_month(month=OCTOBER, actor=actor, at=AFTER + timedelta(days=1)) == first
    assert bill_runs() == (first,)
    assert (billing.find_bills(OCTOBER), ledger.trial_balance()) == (bills, postings)
    assert len(bills) == 2


def test_an_account_with_a_line_always_gets_a_bill_even_of_nothing(world: World, actor: Actor) -> None:
    (line,) = connect(world, actor, ENTERED, 1, mode="out_of_plan")
    run(OCTOBER, actor)
    (bill,) = billing.bills_of_account(line.account_id)
    assert (bill.total, bill.state) == (ZERO, BillState.PAID)
    (only,) = billing.bill_lines(bill.id)
    assert (only.kind, only.explanation["rule"]) == (ChargeKind.RECURRING, "P2-05")
    assert broken() == []


def test_bills_carry_their_branch_and_due_day(world: World, actor: Actor) -> None:
    for branch in ("HF", "WH"):
        (line,) = connect(world, actor, BEFORE, 1, branch=branch)
        lines = [line]
    run(OCTOBER, actor)
    (bill,) = billing.bills_of_account(lines[0].account_id)
    assert bill.branch_id == world.branches["WH"]
    assert bill.due_on == date(2026, 11, 22)


def test_a_run_made_again_from_the_same_facts_makes_the_same_bills(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    lines = connect(world, actor, BEFORE, 3)
    take([call(n, lines[n % 3], 7 * n) for n in range(30)], tmp_path, actor, AFTER)
    start_bill_run(month=OCTOBER, actor=actor, at=AFTER)
    first, second = (
        drafts(billrun.prepare(billrun.BillRun.objects.get(), actor=actor, at=AFTER)) for _ in range(2)
    )
    assert first == second


def drafts(work: Work) -> list[object]:
    from trunkline.party.queries import accounts_by_id

    usage = work.usage(work.accounts)
    return [work.draft(view, usage) for _, view in sorted(accounts_by_id(work.accounts).items())]


# Several periods, and prices that change


@operation("line.change_plan")
def change_plan(*, line_id: int, offering_id: int, on: datetime, actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subscriptions_lineoffering SET valid_to = %s WHERE line_id = %s RETURNING branch_id",
            [on, line_id],
        )
        (branch,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO subscriptions_lineoffering (line_id, branch_id, offering_id, is_plan, valid_from) "
            "VALUES (%s, %s, %s, true, %s)",
            [line_id, branch, offering_id, on],
        )


@operation("line.end")
def end_line(*, line_id: int, on: datetime, actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subscriptions_lineoffering SET valid_to = %s WHERE line_id = %s", [on, line_id]
        )
        cursor.execute("UPDATE subscriptions_linenumber SET valid_to = %s WHERE line_id = %s", [on, line_id])
        cursor.execute(
            "UPDATE subscriptions_line SET state = 'terminated', terminated_at = %s WHERE id = %s",
            [on, line_id],
        )


def test_a_line_that_changes_its_plan_pays_one_fee_and_each_call_by_the_plan_of_its_time(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    (line,) = connect(world, actor, BEFORE, 1, plan="2G-20", mode=None)
    middle = datetime(2026, 10, 16, tzinfo=UTC)
    change_plan(
        line_id=line.line_id, offering_id=plan_id("3GD-100", actor), on=middle, actor=actor, at=ENTERED
    )
    take(
        [call(1, line, 110, at=middle - timedelta(days=1)), call(2, line, 3, at=middle)],
        tmp_path,
        actor,
        AFTER,
    )
    run(OCTOBER, actor)
    (bill,) = billing.bills_of_account(line.account_id)
    lines = billing.bill_lines(bill.id)
    # 100 of 110 minutes are in the plan of 20 yuan, the others cost 0.20; a data card's minute costs 0.25.
    assert [(v.code, v.amount) for v in lines] == [
        ("plan.3GD-100", Decimal("100.00")),
        ("voice.mo.local", Decimal("2.00")),
        ("voice.mo.local", Decimal("0.75")),
    ]
    assert broken() == []


def test_a_price_that_changes_within_the_month_counts_from_its_day(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    offering = offering_without_price(actor)
    price(offering, actor, until=date(2026, 10, 16))
    (line,) = connect(world, actor, BEFORE, 1, plan="4G-X")
    price(offering, actor, since=date(2026, 10, 16), fee="12.00", times=2)
    midnight = datetime(2026, 10, 15, 16, tzinfo=UTC)
    records = [
        Record("1", line.number, "voice", "mo", midnight - timedelta(seconds=1), 60),
        Record("2", line.number, "voice", "mo", midnight, 60),
    ]
    take(records, tmp_path, actor, AFTER)
    run(OCTOBER, actor)
    (bill,) = billing.bills_of_account(line.account_id)
    lines = billing.bill_lines(bill.id)
    assert [v.amount for v in lines] == [Decimal("12.00"), Decimal("0.25"), Decimal("0.50")]
    assert [v.explanation["price_version"] for v in lines] == [2, 1, 2]


def test_a_line_that_ended_pays_the_month_of_its_end_and_no_later_one(world: World, actor: Actor) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    end_line(line_id=line.line_id, on=datetime(2026, 10, 9, tzinfo=UTC), actor=actor, at=ENTERED)
    run(OCTOBER, actor)
    assert amounts(line.account_id) == {"plan.3G-46": Decimal("46.00")}
    done = run(NOVEMBER, actor, NOVEMBER.end)
    assert (done.expected, done.bills, done.state) == (0, 0, RunState.CLOSED)


# Who cannot be billed


def offering_without_price(actor: Actor) -> int:
    return catalog.define_offering(
        code="4G-X", name="4G套餐X", name_en="4G X", kind=OfferingKind.PLAN, payment_mode=PaymentMode.POSTPAID,
        technology="4g", features=(), actor=actor, at=BEFORE,
    )  # fmt: skip


def price(
    offering: int,
    actor: Actor,
    *,
    since: date = date(2026, 9, 1),
    until: date | None = None,
    fee: str = "9.00",
    times: int = 1,
) -> None:
    like = catalog_queries.price_version(plan_id("3G-46", actor), date(2026, 10, 1))
    catalog.publish_price_version(
        offering_id=offering,
        valid_from=since,
        valid_to=until,
        reference="备〔2026〕X号",
        monthly_fee=Decimal(fee),
        tax_class=like.tax_class,
        allowances=(),
        usage_prices=tuple(
            replace(u, price=u.price * times, allowance_kind=None, id=0) for u in like.usage_prices
        ),
        actor=actor,
        at=AFTER,
    )


def test_an_account_without_a_price_is_parked_and_billed_when_there_is_one(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    good, bad = connect(world, actor, BEFORE, 2)
    offering = offering_without_price(actor)
    change_plan(line_id=bad.line_id, offering_id=offering, on=ENTERED, actor=actor, at=ENTERED)
    take([call(1, bad, 2), call(2, good, 2)], tmp_path, actor, AFTER)
    done = run(OCTOBER, actor)
    assert (done.state, done.expected, done.bills, done.parked) == (RunState.CLOSED, 2, 1, 1)
    (parked,) = parked_accounts(done.id, open_only=True)
    assert parked.account_id == bad.account_id
    assert "没有生效的资费" in parked.reason.zh
    assert "no price" in parked.reason.en
    assert rating.unrated_reasons(OCTOBER) == {"no_price": 1}
    assert broken() == []
    assert retry_parked(month=OCTOBER, actor=actor, at=AFTER).parked == 1
    price(offering, actor)
    again = retry_parked(month=OCTOBER, actor=actor, at=AFTER)
    check_deferred()
    assert (again.state, again.expected, again.bills, again.parked) == (RunState.CLOSED, 2, 2, 0)
    assert amounts(bad.account_id) == {"plan.4G-X": Decimal("9.00"), "voice.mo.local": Decimal("0.50")}
    assert parked_accounts(done.id, open_only=True) == ()
    assert parked_accounts(done.id)[0].resolved_at == AFTER
    assert rating.unrated_reasons(OCTOBER) == {}
    assert retry_parked(month=OCTOBER, actor=actor, at=AFTER) == again
    assert broken() == []


def test_the_figures_of_a_run_are_read_by_one_statement(world: World, actor: Actor) -> None:
    """Else a page could show an account as no longer parked, and not yet as billed."""
    connect(world, actor, BEFORE, 3)
    done = run(OCTOBER, actor)
    with CaptureQueriesContext(connection) as asked:
        assert bill_run(OCTOBER) == done
    assert len(asked) == 1


def test_parked_accounts_are_billed_again_from_the_command_line_and_by_the_job(
    world: World, actor: Actor, make_actor: Callable[..., Actor]
) -> None:
    first, second = connect(world, actor, BEFORE, 2)
    offering = offering_without_price(actor)
    for line in (first, second):
        change_plan(line_id=line.line_id, offering_id=offering, on=ENTERED, actor=actor, at=ENTERED)
    assert run(OCTOBER, actor).parked == 2
    before = snapshot()
    with pytest.raises(Refused) as refused:
        retry_parked(month=OCTOBER, actor=make_actor(role="clerk", branch="HF"), at=AFTER)
    assert [r.code for r in refused.value.refusals] == ["permission.missing"]
    with acting(actor):
        assert snapshot() == before
    with at_time(AFTER):
        still = CliRunner().invoke(cli, ["--as", "billing", "bill", "retry", "2026-10"])
        assert still.exit_code == 1, still.output
        assert "没有生效的资费" in still.stdout
        price(offering, actor)
        officer = make_actor(role="billing_officer", branch="AH").staff_id
        bill_parked_again(staff_id=officer, month="2026-10")
        bill_parked_again(staff_id=officer, month="2026-10")
        done = CliRunner().invoke(cli, ["--as", "billing", "bill", "retry", "2026-10", "--json"])
    check_deferred()
    assert done.exit_code == 0, done.output
    assert (json.loads(done.stdout)["bills"], json.loads(done.stdout)["parked"]) == (2, 0)
    with acting(actor):
        assert amounts(first.account_id) == {"plan.4G-X": Decimal("9.00")}
        assert broken() == []


@pytest.mark.parametrize("fault", ["a charge no column holds", "a charge nobody can make", "a negative bill"])
def test_one_bad_account_holds_up_nobody_else(
    world: World, actor: Actor, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    lines = connect(world, actor, BEFORE, 9)
    bad = lines[4].account_id
    made = Work.draft

    def draft(self: Work, account: object, usage: object) -> object:
        found = made(self, account, usage)  # type: ignore[arg-type]
        if found.account_id != bad:
            return found
        if fault == "a charge nobody can make":
            raise KeyError("no such row")
        amount = Decimal("1e13") if fault == "a charge no column holds" else Decimal("-1.00")
        return replace(found, charges=(replace(found.charges[0], amount=amount),))

    monkeypatch.setattr(Work, "draft", draft)
    done = run(OCTOBER, actor)
    assert (done.state, done.expected, done.bills, done.parked) == (RunState.CLOSED, 9, 8, 1)
    (parked,) = parked_accounts(done.id)
    assert parked.account_id == bad
    assert parked.reason.zh
    assert broken() == []


def test_usage_of_nobody_and_without_a_price_is_listed_with_its_reason(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    stray = Record("s", "18600009999", "sms", "mo", ENTERED, 1)
    take([stray, call(1, line, 1, zone="roaming"), call(2, line, 1)], tmp_path, actor, AFTER)
    run(OCTOBER, actor)
    assert rating.unrated_reasons(OCTOBER) == {"no_line": 1, "no_price": 1}
    assert [(u.record_id, u.reason) for u in rating.unrated(OCTOBER)] == [
        ("s", "no_line"),
        ("c1", "no_price"),
    ]
    assert rating.latest_rating(OCTOBER).rated == 1  # type: ignore[union-attr]
    assert amounts(line.account_id) == {"plan.3G-46": Decimal("46.00"), "voice.mo.local": ZERO}
    assert broken() == []


# Usage that comes late


def test_usage_that_comes_after_the_bills_is_billed_with_the_next_month(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    take([call(1, line, 45), call(2, line, 10)], tmp_path, actor, AFTER, "in-time.csv")
    run(OCTOBER, actor)
    assert amounts(line.account_id)["voice.mo.local"] == Decimal("1.25")
    early = ENTERED - timedelta(days=2)
    late = [call(3, line, 4, at=early), Record("sms", line.number, "sms", "mo", early, 1)]
    take(late, tmp_path, actor, AFTER, "late.csv")
    take([call(5, line, 50, at=AFTER), call(6, line, 1, at=AFTER)], tmp_path, actor, AFTER, "november.csv")
    run(NOVEMBER, actor, NOVEMBER.end)
    bill = billing.bills_of_account(line.account_id)[0]
    found = [
        (v.code, v.amount, v.quantity, v.explanation.get("late_for")) for v in billing.bill_lines(bill.id)
    ]
    # The late minutes come before the others and take 4 of the 50 minutes of October from them.
    assert found == [
        ("plan.3G-46", Decimal("46.00"), 1, None),
        ("voice.mo.local", Decimal("0.25"), 51, None),
        ("voice.mo.local", Decimal("1.00"), 4, "2026-10"),
        ("sms.mo.local", Decimal("0.10"), 1, "2026-10"),
    ]
    run(NOVEMBER.next(), actor, NOVEMBER.next().end)
    assert amounts(line.account_id, NOVEMBER.next()) == {"plan.3G-46": Decimal("46.00")}
    assert broken() == []


# Deposits


def test_a_premium_deposit_is_released_month_by_month_by_the_run(world: World, actor: Actor) -> None:
    number, bank = number_of("HF", 0), world.organizations["HF"][0]
    agreement_id = signed_agreement(bank, member_rows(2), premiums=(premium(number),), actor=actor, at=BEFORE)
    numbering.assign_numbers(
        numbers=[number], holder=agreements.holder_of(agreement_id), actor=actor, at=BEFORE
    )
    (line,) = connect(world, actor, BEFORE, 1, numbers=[number], plan="3G-286")
    receive_premium_deposit(
        account_id=line.account_id,
        number=number,
        amount=Decimal("12000.00"),
        method=PaymentMethod.CASH,
        actor=actor,
        at=BEFORE,
    )
    end_line(line_id=line.line_id, on=datetime(2026, 10, 9, tzinfo=UTC), actor=actor, at=ENTERED)
    table = []
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        run(month, actor, month.end)
        balance = ledger.premium_balances([line.account_id])[line.account_id, number]
        bills = [b.from_deposit for b in billing.bills_of_account(line.account_id) if b.month == month]
        table.append((balance, bills))
    # A line that ended gets no bill any more, but its deposit goes on being released (P2-10).
    assert table == [
        (PremiumBalance(Decimal(11000), Decimal(714)), [Decimal(286)]),
        (PremiumBalance(Decimal(10000), Decimal(1428)), [Decimal(286)]),
        (PremiumBalance(Decimal(9000), Decimal(2428)), []),
    ]
    assert broken() == []


# Starting, stopping, going on


@pytest.mark.parametrize("month", [OCTOBER, NOVEMBER])
def test_a_month_that_is_not_over_is_not_billed_and_nothing_changes(
    world: World, actor: Actor, month: Month
) -> None:
    before = snapshot()
    with pytest.raises(Refused) as refused:
        run_month(month=month, actor=actor, at=OCTOBER.end - timedelta(seconds=1))
    assert [r.code for r in refused.value.refusals] == ["run.month_not_over"]
    assert snapshot() == before


def test_months_are_billed_in_order_one_at_a_time(world: World, actor: Actor) -> None:
    connect(world, actor, BEFORE, 1)
    first = start_bill_run(month=OCTOBER, actor=actor, at=AFTER)
    assert start_bill_run(month=OCTOBER, actor=actor, at=AFTER) == first
    for month, code in ((NOVEMBER, "run.other_open"),):
        with pytest.raises(Refused) as refused:
            start_bill_run(month=month, actor=actor, at=NOVEMBER.end)
        assert [r.code for r in refused.value.refusals] == [code]
    run(OCTOBER, actor)
    with pytest.raises(Refused) as refused:
        start_bill_run(month=SEPTEMBER, actor=actor, at=AFTER)
    assert [r.code for r in refused.value.refusals] == ["run.later_exists"]
    with pytest.raises(Refused) as refused:
        bill_run(NOVEMBER)
    assert [r.code for r in refused.value.refusals] == ["run.unknown"]


def test_a_run_needs_the_permission_and_sight_of_all_branches(
    world: World, actor: Actor, make_actor: Callable[..., Actor]
) -> None:
    officer = make_actor(role="billing_officer", branch="AH")
    blind = replace(officer, branch_ids=officer.branch_ids[:-1])
    for who, code in (
        (make_actor(role="clerk", branch="HF"), "permission.missing"),
        (blind, "run.not_all_branches"),
    ):
        with pytest.raises(Refused) as refused:
            run_month(month=OCTOBER, actor=who, at=AFTER)
        assert [r.code for r in refused.value.refusals] == [code]
    assert run_month(month=OCTOBER, actor=officer, at=AFTER).state is RunState.CLOSED


def test_a_run_that_breaks_goes_on_where_it_stopped(
    world: World, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = connect(world, actor, BEFORE, 6)
    monkeypatch.setattr(billrun, "ACCOUNTS_A_PART", 2)
    told: list[RunProgress] = []
    issue = billrun.bill_accounts

    def fail_at_the_third(*args: object, **kwargs: object) -> object:
        if len(told) == 2:
            raise OSError("the disk is full")
        return issue(*args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(billrun, "bill_accounts", fail_at_the_third)
        with pytest.raises(OSError, match="full"):
            run_month(month=OCTOBER, actor=actor, at=AFTER, progress=told.append)
    stopped = bill_run(OCTOBER)
    assert (stopped.state, stopped.parts, stopped.parts_done) == (RunState.OPEN, 3, 2)
    assert [p.parts_done for p in told] == [1, 2]
    done = run_month(month=OCTOBER, actor=actor, at=AFTER, progress=told.append)
    check_deferred()
    assert (done.state, done.bills, done.parts_done, done.expected) == (RunState.CLOSED, 6, 3, 6)
    assert told[-1] == RunProgress(3, 3, 6, done.amount)
    assert {b.account_id for b in billing.find_bills(OCTOBER)} == {line.account_id for line in lines}
    assert broken() == []


def test_an_account_that_comes_up_while_the_run_is_open_is_billed_too(world: World, actor: Actor) -> None:
    connect(world, actor, BEFORE, 1)
    start_bill_run(month=OCTOBER, actor=actor, at=AFTER)
    stale = billrun.prepare(billrun.BillRun.objects.get(), actor=actor, at=AFTER)
    (late,) = connect(world, actor, ENTERED, 1)
    run_id = bill_run(OCTOBER).id
    assert billrun.bill_part(run_id=run_id, bucket=0, work=stale, actor=actor, at=AFTER)
    assert not billrun.bill_part(run_id=run_id, bucket=0, work=stale, actor=actor, at=AFTER)
    assert not billrun.close_run(run_id=run_id, work=stale, actor=actor, at=AFTER)
    done = run(OCTOBER, actor)
    assert (done.state, done.expected, done.bills, done.parts) == (RunState.CLOSED, 2, 2, 2)
    assert len(billing.bills_of_account(late.account_id)) == 1
    assert broken() == []


def test_two_that_run_a_month_at_once_bill_every_account_once(
    committed_db: World, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = connect(committed_db, actor, BEFORE, 40)
    monkeypatch.setattr(billrun, "ACCOUNTS_A_PART", 4)
    gate = threading.Barrier(2)
    failures: list[Exception] = []

    def work() -> None:
        gate.wait()
        try:
            run_month(month=OCTOBER, actor=actor, at=AFTER)
        except Exception as error:  # noqa: BLE001 - asserted below
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    done = run_month(month=OCTOBER, actor=actor, at=AFTER)
    assert (done.state, done.expected, done.bills, done.parts) == (RunState.CLOSED, 40, 40, 10)
    with acting(actor):
        bills = billing.find_bills(OCTOBER, limit=100)
        assert sorted(b.account_id for b in bills) == sorted(line.account_id for line in lines)
        assert broken() == []


def test_several_lines_of_one_account_stand_on_one_bill(world: World, actor: Actor) -> None:
    (account,) = accounts(world, actor, BEFORE, 1)
    lines = connect(world, actor, BEFORE, 3, account_ids=[account] * 3)
    done = run(OCTOBER, actor)
    assert (done.expected, done.bills) == (1, 1)
    (bill,) = billing.bills_of_account(account)
    assert [v.line_id for v in billing.bill_lines(bill.id)] == [line.line_id for line in lines]
    assert bill.total == Decimal("138.00")
