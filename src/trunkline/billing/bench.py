"""The benchmark of bills: from rated totals to bills, lines and ledger entries, and the floor under that.

It makes a branch, an organisation and lines of its own, issues their bills, and rolls everything back: nothing of
it is ever committed. While it runs it holds locks, so it belongs on no system that serves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql
from stdnum import luhn
from stdnum.cn import ric, uscc

from trunkline.billing.charges import Tariff, line_charges
from trunkline.billing.composition import compose
from trunkline.billing.operations.issuing import BILL_COLUMNS, LINE_COLUMNS, bill_rows, issue_bills, line_rows
from trunkline.billing.types import BillDraft, LineMonth, Stretch, UsageTotal
from trunkline.catalog.operations import define_offering, publish_price_version
from trunkline.catalog.queries import price_versions_by_id
from trunkline.catalog.types import (
    AllowanceDetails,
    OfferingKind,
    PaymentMode,
    PriceVersionView,
    TaxClass,
    UsagePriceDetails,
)
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.numbering import operations as numbering
from trunkline.numbering.types import NumberKind
from trunkline.party.operations import open_accounts, register_organization
from trunkline.party.types import CustomerClass, Industry, NeedLevel, PaymentMethod, Segment
from trunkline.security.operations import open_branch
from trunkline.security.queries import system_actor
from trunkline.security.types import Actor, Door
from trunkline.subscriptions.operations import connect_lines, stock_sims
from trunkline.subscriptions.types import NameType, NewLine

MONTH = Month(2026, 10)
ACCOUNTS_A_PART = 2_000
_JOINED = MONTH.start - timedelta(days=30)
_HOLDER = "bench"
#: A prefix that no operator has.
_PREFIX = "1000"
_RATES = {TaxClass.BASIC_TELECOM: Decimal("0.09"), TaxClass.VALUE_ADDED_TELECOM: Decimal("0.06")}
_PLAN = Text("基准套餐", "Benchmark plan")

ENTRY_COLUMNS = ("id", "branch_id", "source", "source_id", "at", "narration", "operation_id")
POSTING_COLUMNS = ("entry_id", "branch_id", "general_account", "account_id", "subject", "amount")

Prepared = tuple[Callable[[], object], Callable[[], object], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Customer:
    """A line of its own account, with the usage that was rated for it."""

    account_id: int
    line: LineMonth
    usage: tuple[UsageTotal, ...]


@contextmanager
def bills_benchmark(lines: int, workdir: Path) -> Iterator[Prepared]:
    """The work, the floor, and the sizes of both, for `lines` lines with an account each.

    The work makes the charges of every line from its rated totals and issues the bills in parts, with every
    constraint checked. The floor copies the same rows into temporary tables without indexes, constraints and
    triggers.
    """
    with transaction.atomic():
        actor = _actor_of_a_new_branch()
        version, customers, organization = _customers(lines, actor)
        _check_constraints()
        tariff = Tariff.of([version], _RATES, MONTH)

        def drafts(part: Sequence[_Customer]) -> list[BillDraft]:
            return [
                BillDraft(c.account_id, organization, actor.branch_id, 20,
                          tuple(line_charges(c.line, c.usage, tariff)))
                for c in part
            ]  # fmt: skip

        def work() -> None:
            with transaction.atomic():
                for first in range(0, len(customers), ACCOUNTS_A_PART):
                    made = drafts(customers[first : first + ACCOUNTS_A_PART])
                    issue_bills(month=MONTH, drafts=made, actor=actor, at=MONTH.end)
                    _check_constraints()
                transaction.set_rollback(True)

        rows = _rows(drafts(customers))
        sizes = {table: len(found) for table, (_, found) in rows.items()}
        yield work, lambda: _copy(rows), {"lines": lines, **sizes}
        transaction.set_rollback(True)


def _check_constraints() -> None:
    """What waits for the commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _rows(drafts: Sequence[BillDraft]) -> dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]]:
    """Everything the work writes, by table."""
    bills = [(key, draft, compose(draft, {}, MONTH, MONTH.end)) for key, draft in enumerate(drafts, 1)]
    entries = [(key, bill.entries[0]) for key, _, bill in bills]
    operation = UUID(int=0)
    return {
        "billing_billline": (LINE_COLUMNS, list(line_rows(bills))),
        "billing_bill": (BILL_COLUMNS, list(bill_rows(bills, MONTH, MONTH.end, operation))),
        "ledger_posting": (
            POSTING_COLUMNS,
            [(key, e.branch_id, p.general_account.value, p.account_id, p.subject, p.amount)
             for key, e in entries for p in e.postings],
        ),
        "ledger_entry": (
            ENTRY_COLUMNS,
            [(key, e.branch_id, e.source, e.source_id, e.at, e.narration, operation) for key, e in entries],
        ),
    }  # fmt: skip


def _copy(rows: Mapping[str, tuple[Sequence[str], list[tuple[Any, ...]]]]) -> None:
    """COPY the rows into temporary tables of the same columns."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (columns, found) in rows.items():
            copied, names = sql.Identifier(f"bench_{table}"), sql.SQL(", ").join(map(sql.Identifier, columns))
            cursor.execute(
                sql.SQL("CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} WITH NO DATA").format(
                    copied, names, sql.Identifier(table)
                )
            )
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(copied, names)) as copy:
                for row in found:
                    copy.write_row(row)
        transaction.set_rollback(True)


def _actor_of_a_new_branch() -> Actor:
    branch = open_branch(
        code="BENCH",
        name="基准",
        name_en="Benchmark",
        city_code="0000",
        actor=system_actor(Door.CLI),
        at=_JOINED,
    )
    actor = system_actor(Door.CLI)
    return Actor(**{name: getattr(actor, name) for name in actor.__slots__} | {"branch_id": branch})


def _plan(actor: Actor) -> PriceVersionView:
    basic, added = TaxClass.BASIC_TELECOM, TaxClass.VALUE_ADDED_TELECOM
    offering = define_offering(
        code="BENCH", name=_PLAN.zh, name_en=_PLAN.en, kind=OfferingKind.PLAN,
        payment_mode=PaymentMode.POSTPAID, technology="3g", features=(), actor=actor, at=_JOINED,
    )  # fmt: skip
    published = publish_price_version(
        offering_id=offering,
        valid_from=_JOINED.date(),
        reference="基准",
        monthly_fee=Decimal("66.00"),
        tax_class=basic,
        allowances=(AllowanceDetails("voice_minutes", 120), AllowanceDetails("data_kb", 307_200)),
        usage_prices=(
            UsagePriceDetails("voice", "mo", "local", 60, "up", 2000, "voice_minutes", basic),
            UsagePriceDetails("voice", "mt", "local", 60, "up", 0, None, basic),
            UsagePriceDetails("sms", "mo", "local", 1, "up", 1000, None, added),
            UsagePriceDetails("data", "mo", "local", 1024, "up", 3, "data_kb", added),
        ),
        actor=actor,
        at=_JOINED,
    )
    return price_versions_by_id([published])[published]


def _customers(count: int, actor: Actor) -> tuple[PriceVersionView, list[_Customer], int]:
    version = _plan(actor)
    organization = register_organization(
        branch_id=actor.branch_id, name="基准单位", uscc="9" * 17 + uscc.calc_check_digit("9" * 17),
        customer_class=CustomerClass.ENTERPRISE, segment=Segment.LARGE, industry=Industry.OTHER,
        need_level=NeedLevel.VOICE, address="-", legal_representative="-", actor=actor, at=_JOINED,
    )  # fmt: skip
    numbers = [f"{_PREFIX}{n:07d}" for n in range(count)]
    numbering.define_range(
        prefix=_PREFIX,
        kind=NumberKind.MOBILE,
        use="mobile",
        valid_from=_JOINED.date(),
        actor=actor,
        at=_JOINED,
    )
    numbering.stock_numbers(
        numbers=numbers, kind=NumberKind.MOBILE, stock_id=actor.branch_id, actor=actor, at=_JOINED
    )
    numbering.reserve_numbers(
        numbers=numbers, purpose="agreement", holder=_HOLDER, expires_at=MONTH.end, actor=actor, at=_JOINED
    )
    numbering.assign_numbers(numbers=numbers, holder=_HOLDER, actor=actor, at=_JOINED)
    stock_sims(
        iccids_imsis=[_sim(n) for n in range(count)], stock_id=actor.branch_id, actor=actor, at=_JOINED
    )
    accounts = open_accounts(
        organization_id=organization, titles=numbers, payment_method=PaymentMethod.TRANSFER, isolated=True,
        actor=actor, at=_JOINED,
    )  # fmt: skip
    ids = connect_lines(
        lines=[
            NewLine(number, account, "-", _person(n), version.offering_id, None, None, "")
            for n, (number, account) in enumerate(zip(numbers, accounts, strict=True))
        ],
        organization_id=organization,
        branch_id=actor.branch_id,
        name_type=NameType.ORGANIZATION,
        actor=actor,
        at=_JOINED,
    )
    made = zip(ids, numbers, accounts, strict=True)
    return version, [_customer(n, *row, version) for n, row in enumerate(made)], organization


def _customer(n: int, line_id: int, number: str, account_id: int, version: PriceVersionView) -> _Customer:
    """A line that calls, is called, sends messages and loads, each number somewhat differently."""
    stretch = Stretch(number, account_id, _PLAN, version, None, MONTH.start, MONTH.end)
    usage = []
    for place, row in enumerate(version.usage_prices):
        units = (n * 7919 + place * 104_729) % 400 * (1000 if row.kind == "data" else 1) + 1
        included = 0 if row.allowance_kind is None else min(units, 307_200 if row.kind == "data" else 120)
        charged = units - included
        usage.append(UsageTotal(row.id, 25, units * row.unit, units, included, charged, charged * row.price))
    return _Customer(account_id, LineMonth(line_id, (stretch,)), tuple(usage))


def _sim(n: int) -> tuple[str, str]:
    body = f"898600{n:012d}"
    return body + luhn.calc_check_digit(body), f"46099{n:010d}"


def _person(n: int) -> str:
    born = datetime(1950, 1, 1) + timedelta(days=n // 999)  # noqa: DTZ001 - a day, no instant
    body = f"110101{born:%Y%m%d}{n % 999 + 1:03d}"
    return body + ric.calc_check_digit(body + "0")
