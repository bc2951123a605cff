"""Prices, fees and tax rates that follow one another: what is in force is never changed backwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from tests.lines import Connected, connect, plan_id
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.billing import queries as billing
from trunkline.billing.charges import Tariff, line_charges
from trunkline.billing.types import LineMonth, Stretch, UsageTotal
from trunkline.catalog import operations as catalog
from trunkline.catalog import queries
from trunkline.catalog.models import Fee, PriceVersion, TaxRate
from trunkline.catalog.rules import price_refusals, validity_refusals, whole_of
from trunkline.catalog.types import (
    AllowanceDetails,
    FirstMonthMode,
    PriceVersionView,
    TaxClass,
    UsagePriceDetails,
    Validity,
)
from trunkline.counter.prices import item_prices, publish_price, publish_prices
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.runs.assembly import tariffs_of
from trunkline.runs.billrun import run_month
from trunkline.runs.intake import take_usage_file
from trunkline.security.audit import operation
from trunkline.security.models import AuditChange, AuditOperation
from trunkline.security.types import Actor

BEFORE = datetime(2026, 9, 10, 2, tzinfo=UTC)
SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)
BASIC, ADDED = TaxClass.BASIC_TELECOM, TaxClass.VALUE_ADDED_TELECOM
REFERENCE = "皖通信资费备〔2026〕新46号"


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own for each test: the database of most is rolled back, the files would stay."""
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", tmp_path_factory.mktemp("var"))


def follow(
    offering: int,
    since: date,
    actor: Actor,
    at: datetime,
    *,
    until: date | None = None,
    fee: str = "56.00",
    times: int = 2,
    reference: str = REFERENCE,
    allowances: tuple[AllowanceDetails, ...] | None = None,
) -> int:
    """Publish prices like those of the 46 yuan plan, calls `times` as dear."""
    like = queries.price_version(plan_id("3G-46", actor), date(2026, 9, 1))
    return catalog.publish_price_version(
        offering_id=offering,
        valid_from=since,
        valid_to=until,
        reference=reference,
        monthly_fee=Decimal(fee),
        tax_class=like.tax_class,
        allowances=like.allowances if allowances is None else allowances,
        usage_prices=tuple(replace(u, price=u.price * times, id=0) for u in like.usage_prices),
        actor=actor,
        at=at,
    )


def refused(call: Callable[[], object]) -> list[str]:
    """The codes of the refusal of `call`, which has changed nothing."""
    before = snapshot()
    with pytest.raises(Refused) as found:
        call()
    assert snapshot() == before
    return [refusal.code for refusal in found.value.refusals]


# Versions that follow one another


def test_a_new_version_ends_the_open_one_on_the_day_it_begins(
    world: World, actor: Actor, at: datetime
) -> None:
    plan = plan_id("3G-46", actor)
    old = queries.price_version(plan, OCTOBER.first_day)
    new = follow(plan, NOVEMBER.first_day, actor, at)
    first, second = queries.price_versions_between([plan], OCTOBER.first_day, NOVEMBER.last_day)
    assert first == replace(old, valid_to=NOVEMBER.first_day)
    assert (second.id, second.number, second.valid_from, second.valid_to) == (
        new,
        2,
        NOVEMBER.first_day,
        None,
    )
    assert queries.price_version(plan, OCTOBER.last_day).id == old.id
    assert queries.price_version(plan, NOVEMBER.first_day).id == new
    published = AuditOperation.objects.filter(verb="catalog.publish_price").latest("at")
    (change,) = AuditChange.objects.filter(operation_id=published.pk, before__isnull=False)
    assert (change.before["valid_to"], change.after["valid_to"]) == (None, "2026-11-01")


def test_a_version_that_waits_may_be_followed_by_another_and_a_dated_one_ends_by_itself(
    world: World, actor: Actor, at: datetime
) -> None:
    plan = plan_id("3G-46", actor)
    follow(plan, NOVEMBER.first_day, actor, at)
    follow(plan, date(2026, 12, 1), actor, at, until=date(2027, 1, 1))
    follow(plan, date(2027, 1, 1), actor, at)
    found = queries.price_versions_between([plan], OCTOBER.first_day, date(2027, 2, 1))
    assert [(v.number, v.valid_from, v.valid_to) for v in found] == [
        (1, date(2026, 1, 1), date(2026, 11, 1)),
        (2, date(2026, 11, 1), date(2026, 12, 1)),
        (3, date(2026, 12, 1), date(2027, 1, 1)),
        (4, date(2027, 1, 1), None),
    ]


@pytest.mark.parametrize("since", [date(2026, 9, 1), date(2026, 10, 1), date(2026, 10, 12)])
def test_a_price_in_force_is_never_changed_backwards(
    world: World, actor: Actor, at: datetime, since: date
) -> None:
    plan = plan_id("3G-46", actor)
    with pytest.raises(Refused) as found:
        follow(plan, since, actor, at)
    (refusal,) = found.value.refusals
    assert (refusal.code, refusal.clause) == ("validity.backwards", "X-F2")
    assert "2026-10-13" in refusal.text.zh
    assert "2026-10-13" in refusal.text.en
    assert refused(lambda: follow(plan, since, actor, at)) == ["validity.backwards"]
    follow(plan, date(2026, 10, 13), actor, at)


def test_today_is_the_day_in_china(world: World, actor: Actor) -> None:
    late = datetime(2026, 10, 12, 16, 30, tzinfo=UTC)
    plan = plan_id("3G-46", actor)
    assert refused(lambda: follow(plan, date(2026, 10, 13), actor, late)) == ["validity.backwards"]
    follow(plan, date(2026, 10, 14), actor, late)


def test_what_cannot_follow_is_refused_with_every_reason(world: World, actor: Actor, at: datetime) -> None:
    plan = plan_id("3G-46", actor)
    follow(plan, date(2026, 12, 1), actor, at)
    for since, until, codes in (
        (date(2026, 11, 1), None, ["validity.overlaps", "validity.overlaps"]),
        (date(2026, 11, 1), date(2026, 12, 1), ["validity.overlaps"]),
        (date(2026, 12, 1), None, ["validity.overlaps"]),
        (date(2027, 1, 1), date(2027, 1, 1), ["validity.no_days"]),
    ):
        assert refused(lambda s=since, u=until: follow(plan, s, actor, at, until=u)) == codes  # type: ignore[misc]
    codes = refused(lambda: follow(plan, at.date(), actor, at, fee="-1.00", reference=" "))
    assert codes == ["price.no_reference", "price.negative", *["validity.overlaps"] * 2]


def test_whoever_may_not_publish_is_refused_and_a_product_manager_may(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    plan = plan_id("3G-46", actor)
    officer = make_actor(role="billing_officer", branch="AH")
    assert refused(lambda: follow(plan, NOVEMBER.first_day, officer, at)) == ["permission.missing"]
    follow(plan, NOVEMBER.first_day, make_actor(role="product_manager", branch="AH"), at)
    assert queries.price_version(plan, NOVEMBER.first_day).number == 2


def test_of_two_that_publish_at_once_the_second_sees_the_first(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    plan = plan_id("3G-46", actor)
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def publish() -> None:
        gate.wait()
        try:
            follow(plan, NOVEMBER.first_day, actor, at)
            outcomes.append("published")
        except Refused as found:
            outcomes.append(found.refusals[0].code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published", "validity.overlaps"]


# Bills before and after the change


def use(line: Connected, folder: Path, actor: Actor, months: tuple[Month, ...], minutes: int) -> None:
    """A call of `minutes` on the 8th of each month and another on the 25th."""
    rows = ["source,record_id,line_number,kind,direction,started_at,quantity,zone,other_party"]
    for month in months:
        rows += [
            f"MSC,{month}-{day},{line.number},voice,mo,{month}-{day:02d}T10:00:00+08:00,{minutes * 60},local,"
            for day in (8, 25)
        ]
    path = folder / "usage.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert take_usage_file(path=path, actor=actor, at=months[-1].end).accepted == 2 * len(months)


def charged(line: Connected, month: Month, actor: Actor) -> list[tuple[str, Decimal, int]]:
    """What the bill of a month charges: code, amount and number of the price version."""
    done = run_month(month=month, actor=actor, at=month.end + timedelta(days=1))
    check_deferred()
    assert done.parked == 0
    (bill,) = (b for b in billing.bills_of_account(line.account_id) if b.month == month)
    return [
        (v.code, v.amount, v.explanation["price_version"]) for v in sorted(billing.bill_lines(bill.id), key=lambda v: v.id)
    ]  # fmt: skip


def test_each_month_is_billed_at_its_own_version(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    use(line, tmp_path, actor, (OCTOBER, NOVEMBER), 30)
    follow(plan_id("3G-46", actor), NOVEMBER.first_day, actor, at)
    # 60 minutes, 50 of them in the plan: ten at 0.25, and ten at 0.50.
    assert charged(line, OCTOBER, actor) == [
        ("plan.3G-46", Decimal("46.00"), 1),
        ("voice.mo.local", Decimal("2.50"), 1),
    ]
    assert charged(line, NOVEMBER, actor) == [
        ("plan.3G-46", Decimal("56.00"), 2),
        ("voice.mo.local", Decimal("5.00"), 2),
    ]


def test_a_change_within_a_month_prices_each_call_by_its_day_and_takes_one_fee(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    use(line, tmp_path, actor, (OCTOBER,), 60)
    follow(plan_id("3G-46", actor), date(2026, 10, 20), actor, at)
    # The 50 minutes of the month are used up by the first call: ten at 0.25, then 60 at 0.50.
    assert charged(line, OCTOBER, actor) == [
        ("plan.3G-46", Decimal("56.00"), 2),
        ("voice.mo.local", Decimal("2.50"), 1),
        ("voice.mo.local", Decimal("30.00"), 2),
    ]


# Fees and tax rates


def publish_fee(
    code: str, since: date, amount: str, actor: Actor, at: datetime, reference: str = "备1号"
) -> int:
    return catalog.publish_fee(
        item_code=code, title=Text("改号手续费", "Number change"), amount=Decimal(amount), tax_class=BASIC, valid_from=since,
        reference=reference, actor=actor, at=at,
    )  # fmt: skip


def test_a_fee_is_followed_by_another(world: World, actor: Actor, at: datetime) -> None:
    code = Fee.objects.order_by("id")[0].item_code
    old = queries.fee(code, at.date())
    publish_fee(code, NOVEMBER.first_day, "10.00", actor, at)
    assert queries.fee(code, OCTOBER.last_day) == replace(old, valid_to=NOVEMBER.first_day)
    assert queries.fee(code, NOVEMBER.first_day).amount == Decimal("10.00")
    assert refused(lambda: publish_fee(code, NOVEMBER.first_day, "0.00", actor, at)) == ["validity.overlaps"]
    assert refused(lambda: publish_fee(code, at.date(), "-1.00", actor, at, " ")) == [
        "price.no_reference",
        "price.negative",
        "validity.overlaps",
        "validity.overlaps",
    ]
    later = NOVEMBER.start + timedelta(days=3)
    assert refused(
        lambda: publish_fee(code, NOVEMBER.first_day + timedelta(days=1), "5.00", actor, later)
    ) == ["validity.backwards"]


def test_a_tax_rate_is_followed_by_another(world: World, actor: Actor, at: datetime) -> None:
    def publish(since: date) -> int:
        return catalog.publish_tax_rate(
            tax_class=ADDED, rate=Decimal("0.0900"), valid_from=since, reference="公告", actor=actor, at=at
        )

    before = queries.tax_rates(OCTOBER.last_day)
    assert refused(lambda: publish(OCTOBER.first_day)) == ["validity.backwards"]
    publish(NOVEMBER.first_day)
    assert queries.tax_rates(OCTOBER.last_day) == before
    assert queries.tax_rates(NOVEMBER.last_day) == before | {ADDED: Decimal("0.0900")}


# The database as the last guard


@operation("catalog.test_change")
def change(*, statement: str, actor: Actor, at: datetime) -> None:
    """Any statement, as an operation could send it."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", ["catalog_priceversion", "catalog_fee", "catalog_taxrate"])
@pytest.mark.parametrize(
    "what",
    [
        "SET reference = 'x'",
        "SET valid_from = valid_from + 1",
        "SET valid_to = '2026-11-01', reference = 'x'",
        "SET valid_to = '2026-10-12'",
        "SET valid_to = '2026-10-01'",
        "SET valid_to = NULL",
    ],
)
def test_the_database_lets_published_rows_only_end_and_only_on_a_day_to_come(
    world: World, actor: Actor, at: datetime, table: str, what: str
) -> None:
    before = snapshot()
    one = f"WHERE id = (SELECT min(id) FROM {table})"
    with pytest.raises(DatabaseError, match=r"only its end|ends once"):
        change(statement=f"UPDATE {table} {what} {one}", actor=actor, at=at)
    assert snapshot() == before
    change(statement=f"UPDATE {table} SET valid_to = '2026-10-13' {one}", actor=actor, at=at)
    for again in ("'2026-12-01'", "NULL", "valid_to"):
        with pytest.raises(DatabaseError, match="ends once"):
            change(statement=f"UPDATE {table} SET valid_to = {again} {one}", actor=actor, at=at)


def test_outside_an_operation_nothing_published_ends(world: World) -> None:
    for model in (PriceVersion, Fee, TaxRate):
        with pytest.raises(DatabaseError), transaction.atomic():
            model._default_manager.update(valid_to=date(2099, 1, 1))


def test_the_database_refuses_a_row_without_a_day(world: World, actor: Actor, at: datetime) -> None:
    with pytest.raises(IntegrityError, match="has_days"):
        change(
            statement="INSERT INTO catalog_taxrate (tax_class, rate, reference, valid_from, valid_to) "
            "VALUES ('goods', 0.13, 'x', '2020-01-01', '2020-01-01')",
            actor=actor,
            at=at,
        )


# The rule, by table


def validity(*days: tuple[str, str]) -> list[Validity]:
    return [
        Validity(n, date.fromisoformat(a), date.fromisoformat(b) if b else None)
        for n, (a, b) in enumerate(days, 1)
    ]


@pytest.mark.parametrize(
    ("known", "start", "end", "codes"),
    [
        # Where nothing is in force a price may be put at any time: nobody could be charged there.
        ([], "2026-01-01", "", []),
        ([("2026-01-01", "2026-05-01")], "2026-05-01", "", []),
        ([("2026-01-01", "2026-05-01")], "2025-01-01", "2026-01-01", []),
        ([("2026-01-01", "2026-05-01"), ("2026-08-01", "")], "2026-05-01", "2026-08-01", []),
        ([("2026-01-01", "2026-05-01"), ("2026-08-01", "")], "2026-05-01", "", ["validity.overlaps"]),
        ([("2026-01-01", "")], "2025-01-01", "2026-01-02", ["validity.overlaps"]),
        ([("2026-01-01", "")], "2026-01-01", "", ["validity.overlaps"]),
        ([("2026-01-01", "")], "2026-10-12", "", ["validity.backwards"]),
        ([("2026-01-01", "")], "2026-10-13", "", []),
        ([("2026-01-01", "2026-12-01")], "2026-11-01", "", ["validity.overlaps"]),
        ([("2026-11-01", "")], "2026-12-01", "", []),
        ([], "2026-01-02", "2026-01-01", ["validity.no_days"]),
    ],
)
def test_when_a_row_may_be_in_force(
    known: list[tuple[str, str]], start: str, end: str, codes: list[str]
) -> None:
    found = validity_refusals(
        validity(*known),
        date.fromisoformat(start),
        date.fromisoformat(end) if end else None,
        date(2026, 10, 12),
    )
    assert [r.code for r in found] == codes


# What half of an allowance is rounded up to (P2-07)


def usage_price(kind: str, unit: int, allowance: str = "a") -> UsagePriceDetails:
    return UsagePriceDetails(kind, "mo", "local", unit, "up", 1, allowance, ADDED, 1)


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        ([("voice", 60)], 1),
        ([("voice", 6)], 10),
        ([("voice", 1)], 60),
        ([("voice", 120)], 1),
        ([("sms", 1)], 1),
        ([("sms", 1), ("mms", 1)], 1),
        ([("data", 1024)], 1024),
        ([("data", 1)], 1024 * 1024),
        ([("data", 1024 * 1024)], 1),
        ([("data", 1024**3)], 1),
        ([("fax", 7)], 1),
        ([("data", 10 * 1024)], None),
        ([("voice", 60), ("voice", 6)], None),
    ],
)
def test_the_usual_whole_is_the_minute_the_message_and_the_megabyte(
    rows: list[tuple[str, int]], whole: int | None
) -> None:
    prices = [usage_price(*row) for row in rows]
    refusals = price_refusals("备", Decimal(1), [AllowanceDetails("a", 5)], prices)
    if whole is None:
        assert "price.no_whole" in [r.code for r in refusals]
    else:
        assert "price.no_whole" not in [r.code for r in refusals]
        assert whole_of(AllowanceDetails("a", 5), prices) == whole
    assert whole_of(AllowanceDetails("a", 5, 7), prices) == 7
    assert "price.no_whole" not in [
        r.code for r in price_refusals("备", Decimal(1), [AllowanceDetails("a", 5, 7)], prices)
    ]


@pytest.mark.parametrize("whole", [0, -1024])
def test_a_whole_that_is_none_is_refused(world: World, actor: Actor, at: datetime, whole: int) -> None:
    plan = plan_id("3G-46", actor)
    like = queries.price_version(plan, at.date()).allowances
    wrong = tuple(replace(a, whole=whole) if a.kind == "data_kb" else a for a in like)
    assert refused(lambda: follow(plan, NOVEMBER.first_day, actor, at, allowances=wrong)) == [
        "price.bad_whole"
    ]


def test_a_published_plan_keeps_its_wholes(world: World, actor: Actor, at: datetime) -> None:
    plan = plan_id("3G-46", actor)
    found = queries.price_version(plan, at.date())
    assert {a.kind: (a.amount, a.whole) for a in found.allowances} == {
        "voice_minutes": (50, 1),
        "data_kb": (150 * 1024, 1024),
        "mms": (5, 1),
    }
    rows = tariffs_of([found]).allowances.to_pylist()
    assert {row["allowance_kind"]: row["whole"] for row in rows} == {
        "voice_minutes": 1,
        "data_kb": 1024,
        "mms": 1,
    }


@pytest.mark.parametrize(
    ("kilobytes", "whole", "half"),
    [
        # The plan of domain 2.2: 150 MB, of which 75 MB are a half.
        (150 * 1024, None, 75 * 1024),
        (151 * 1024, None, 76 * 1024),
        (1024, None, 1024),
        (151 * 1024, 1, 151 * 512),
        (151 * 1024, 10 * 1024, 80 * 1024),
    ],
)
def test_half_of_a_data_allowance_is_whole_megabytes_on_the_bill(
    world: World, actor: Actor, at: datetime, kilobytes: int, whole: int | None, half: int
) -> None:
    plan = plan_id("3G-46", actor)
    data = (AllowanceDetails("data_kb", kilobytes, whole),)
    others = tuple(a for a in queries.price_version(plan, at.date()).allowances if a.kind != "data_kb")
    follow(plan, NOVEMBER.first_day, actor, at, allowances=(*data, *others))
    version = queries.price_version(plan, NOVEMBER.first_day)
    assert given(version, "data") == half
    assert given(version, "voice") == 25
    assert given(version, "mms") == 3


def given(version: PriceVersionView, kind: str) -> int:
    """What a bill of the month of entry says is included of a kind of usage, under HALF."""
    row = next(u for u in version.usage_prices if u.kind == kind and u.allowance_kind)
    stretch = Stretch(
        "18655108888", 7, Text("套餐", "Plan"), version, FirstMonthMode.HALF, NOVEMBER.start, NOVEMBER.end
    )
    rates = {BASIC: Decimal("0.09"), ADDED: Decimal("0.06")}
    charges = line_charges(
        LineMonth(5, (stretch,)),
        [UsageTotal(row.id, 1, 1, 1, 1, 0, 0)],
        Tariff.of([version], rates, NOVEMBER),
    )
    return int(charges[-1].explanation["allowance"]["given"])


def test_a_price_of_an_item_is_published_by_its_code_with_its_own_words_and_tax_class(
    world: World, actor: Actor, at: datetime
) -> None:
    before = {price.declared.code: price for price in item_prices()}
    assert all(price.on(at.date()) is not None for price in before.values())
    publish_price(
        code="sim_replacement", amount=Decimal("12.00"), valid_from=NOVEMBER.first_day, reference="备7号",
        actor=actor, at=at,
    )  # fmt: skip
    (newest, first) = next(p for p in item_prices() if p.declared.code == "sim_replacement").published
    assert (newest.amount, newest.tax_class, newest.title) == (
        Decimal("12.00"),
        TaxClass.GOODS,
        Text("SIM/USIM卡费", "SIM card"),
    )
    assert (first.valid_to, newest.valid_from) == (NOVEMBER.first_day, NOVEMBER.first_day)
    assert publish_prices(valid_from=NOVEMBER.first_day, actor=actor, at=at) == 0
    kept = snapshot()
    unknown = {"code": "no_such", "amount": Decimal(1), "valid_from": NOVEMBER.first_day, "reference": "x"}
    assert refused(lambda: publish_price(**unknown, actor=actor, at=at)) == ["fee.unknown"]
    assert snapshot() == kept
