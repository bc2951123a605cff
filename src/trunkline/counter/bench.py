"""The benchmark of orders: the members of an agreement connected (S01) in one order, and the floor under that.

It makes a branch, an organisation, agreements, numbers and cards of its own and rolls everything back: nothing of
it is ever committed. While it runs it holds locks, so it belongs on no system that serves.
"""

from __future__ import annotations

import io
import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import connection, transaction
from stdnum import luhn
from stdnum.cn import ric, uscc

from trunkline.agreements import operations as agreements
from trunkline.agreements.members import COLUMNS, MAX_ROWS
from trunkline.agreements.types import AgreementTerms, BusinessKind, Side, SignerRole
from trunkline.catalog.operations import define_offering, publish_price_version
from trunkline.catalog.types import (
    FIRST_MONTH_NAMES,
    AllowanceDetails,
    FirstMonthMode,
    OfferingKind,
    PaymentMode,
    TaxClass,
    UsagePriceDetails,
)
from trunkline.counter import desk
from trunkline.counter.bench_floor import Tables, as_owner, in_the_owners_session
from trunkline.counter.prices import publish_prices
from trunkline.counter.registry import service_item
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.numbering import operations as numbering
from trunkline.numbering.queries import grades
from trunkline.numbering.rules import grade_of
from trunkline.numbering.types import NumberKind
from trunkline.ordering.types import OrderRequest, OrderState, ShownPaper
from trunkline.party.operations import register_handler, register_organization
from trunkline.party.types import CustomerClass, HandlerDetails, Industry, NeedLevel, Segment
from trunkline.security.operations import appoint_staff, open_branch
from trunkline.security.queries import actor_by_login, system_actor
from trunkline.security.types import Actor, Channel, Door
from trunkline.subscriptions.operations import stock_sims

#: Lines of the small order that the time per line is compared with.
FEW = 1_000
FEW_RUNS = 3
_AT = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
_JOINED = _AT - timedelta(days=30)
BRANCH = "BENCH"
_REVIEWER = "bench.reviewer"
_PLAN = "BENCH"
#: A prefix that no operator has.
_PREFIX = "1000"

Prepared = tuple[Callable[[], object], Callable[[], object], Callable[[], Mapping[str, Any]]]

TOO_MANY = Refusal(
    "bench.too_many",
    "",
    Text("一张子用户号码表最多{most}行", "A members' sheet holds {most} rows at most"),
)


@dataclass(frozen=True, slots=True)
class BenchDesk:
    """Who serves whom: a clerk of the hall, who reviews what he writes, and the handler of the organisation."""

    actor: Actor
    reviewer: Actor
    organization: int
    handler: int


@contextmanager
def orders_benchmark(lines: int, workdir: Path) -> Iterator[Prepared]:
    """The work, the floor, and the sizes of both, for an order of `lines` members.

    The work places the order and carries it out, with every constraint checked. The floor copies the rows that
    the work inserted into the same tables: indexes, foreign keys and checks included, the audit's triggers not,
    since the audit rows are among the rows. `Refused` for more lines than a members' sheet has rows.
    """
    if lines > MAX_ROWS:
        raise Refused(TOO_MANY.filled(most=MAX_ROWS))
    with in_the_owners_session(), transaction.atomic():
        started = time.perf_counter()
        at_desk = open_desk()
        few = min(lines, FEW)
        stock_up(lines + few, at_desk.actor)
        many_members, few_members = (
            signed_agreement(at_desk, first, count) for first, count in ((0, lines), (lines, few))
        )
        with as_owner():
            _check_constraints()
            Tables.analyze()
        setup_seconds = _since(started)
        tables = Tables.now()
        with _undone():
            connect(at_desk, many_members)
            _check_constraints()
            rows = tables.copy_out(workdir)

        def work() -> None:
            with _undone():
                connect(at_desk, many_members)
                _check_constraints()

        def floor() -> None:
            with _undone(), as_owner():
                tables.copy_in(workdir, rows)
                _check_constraints()

        def details() -> dict[str, Any]:
            return {
                "setup_seconds": setup_seconds,
                "copy_without_foreign_keys_seconds": _copy_seconds(tables, workdir, rows),
                "slip_seconds": _slip_seconds(at_desk, many_members),
                **_few_details(at_desk, few_members, few),
                "rows": sum(rows.values()),
                **{f"rows {table}": count for table, count in rows.items()},
            }

        yield work, floor, details
        transaction.set_rollback(True)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)


def _check_constraints() -> None:
    """What waits for the commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def connect(at_desk: BenchDesk, agreement_id: int) -> int:
    """The order from its papers to its lines; returns its id. An order that is not completed is a fault."""
    placed = desk.place(request=_request(at_desk, agreement_id), actor=at_desk.actor, at=_AT)
    done = desk.execute(order_id=placed.id, actor=at_desk.actor, at=_AT)
    if done.state is not OrderState.COMPLETED:
        raise Refused(done.failure)
    return done.id


def _copy_seconds(tables: Tables, folder: Path, rows: Mapping[str, int]) -> float:
    """The floor without its foreign keys, which are checked at the commit."""
    with _undone(), as_owner():
        started = time.perf_counter()
        tables.copy_in(folder, rows)
        return _since(started)


def _slip_seconds(at_desk: BenchDesk, agreement_id: int) -> float:
    """The printing of the slip. After the runs, since it takes memory of its own."""
    with _undone():
        order_id = connect(at_desk, agreement_id)
        started = time.perf_counter()
        desk.slip(order_id, _AT)
        return _since(started)


def _few_details(at_desk: BenchDesk, agreement_id: int, few: int) -> dict[str, Any]:
    """The small order, the median of some runs beside the large one's rows."""
    runs = []
    for _ in range(FEW_RUNS):
        with _undone():
            started = time.perf_counter()
            connect(at_desk, agreement_id)
            _check_constraints()
            runs.append(time.perf_counter() - started)
    seconds = statistics.median(runs)
    return {"few": few, "few_seconds": round(seconds, 6), "few_a_second": round(few / seconds, 1)}


def _request(at_desk: BenchDesk, agreement_id: int) -> OrderRequest:
    return OrderRequest(
        item_code="new_installation",
        organization_id=at_desk.organization,
        handler_id=at_desk.handler,
        papers=papers_of("new_installation"),
        details={"payment_method": "cash"},
        agreement_id=agreement_id,
    )


def papers_of(item_code: str) -> tuple[ShownPaper, ...]:
    """Every paper of an item, seen, sealed and copied."""
    return tuple(ShownPaper(paper.kind, _PLAN, True, True, True) for paper in service_item(item_code).papers)


def open_desk() -> BenchDesk:
    """A branch, its customer and everything in the catalogue that an order asks for."""
    branch = open_branch(
        code=BRANCH, name="基准", name_en="Benchmark", city_code="0000", actor=system_actor(Door.CLI), at=_JOINED
    )  # fmt: skip
    actor = replace(system_actor(Door.CLI), branch_id=branch, channel=Channel.OWN_HALL)
    publish_prices(valid_from=_JOINED.date(), actor=actor, at=_JOINED)
    _publish_plan(actor)
    organization = register_organization(
        branch_id=branch, name="基准单位", uscc="8" * 17 + uscc.calc_check_digit("8" * 17),
        customer_class=CustomerClass.ENTERPRISE, segment=Segment.LARGE, industry=Industry.OTHER,
        need_level=NeedLevel.VOICE, address="-", legal_representative="-", actor=actor, at=_JOINED,
    )  # fmt: skip
    handler = register_handler(
        organization_id=organization,
        details=HandlerDetails("基准", "13800000000", "bench@example.com", "-", "230001", _person(0)),
        actor=actor,
        at=_JOINED,
    )
    appoint_staff(
        login=_REVIEWER, name="基准", password=secrets.token_urlsafe(), branch_code=BRANCH, roles=("branch_manager",),
        actor=actor, at=_JOINED,
    )  # fmt: skip
    return BenchDesk(actor, actor_by_login(_REVIEWER, Door.CLI), organization, handler)


def _publish_plan(actor: Actor) -> None:
    basic = TaxClass.BASIC_TELECOM
    offering = define_offering(
        code=_PLAN, name="基准套餐", name_en="Benchmark plan", kind=OfferingKind.PLAN,
        payment_mode=PaymentMode.POSTPAID, technology="3g", features=(), actor=actor, at=_JOINED,
    )  # fmt: skip
    publish_price_version(
        offering_id=offering,
        valid_from=_JOINED.date(),
        reference="基准",
        monthly_fee=Decimal("66.00"),
        tax_class=basic,
        allowances=(AllowanceDetails("voice_minutes", 120),),
        usage_prices=(UsagePriceDetails("voice", "mo", "local", 60, "up", 2000, "voice_minutes", basic),),
        actor=actor,
        at=_JOINED,
    )


def stock_up(count: int, actor: Actor) -> None:
    """So many ordinary numbers and cards."""
    numbering.define_range(
        prefix=_PREFIX,
        kind=NumberKind.MOBILE,
        use="mobile",
        valid_from=_JOINED.date(),
        actor=actor,
        at=_JOINED,
    )
    premium = grades()
    every = (f"{_PREFIX}{n:07d}" for n in range(10**7))
    ordinary = (number for number in every if not grade_of(number, premium))
    numbering.stock_numbers(
        numbers=[next(ordinary) for _ in range(count)],
        kind=NumberKind.MOBILE,
        stock_id=actor.branch_id,
        actor=actor,
        at=_JOINED,
    )
    stock_sims(
        iccids_imsis=[_sim(n) for n in range(count)], stock_id=actor.branch_id, actor=actor, at=_JOINED
    )


def signed_agreement(at_desk: BenchDesk, first: int, count: int) -> int:
    """An agreement in force whose attachment of `count` members, from the `first` on, both sides have signed."""
    actor, at = at_desk.actor, _JOINED
    terms = AgreementTerms(
        organization_id=at_desk.organization,
        business_kind=BusinessKind.STANDARD_PLAN,
        business_terms="",
        plan_code=_PLAN,
        first_month_mode=FirstMonthMode.FULL_MONTH,
        term_years=2,
    )
    agreement_id = agreements.draft_agreement(terms=terms, actor=actor, at=at)
    agreements.accept_members(
        agreement_id=agreement_id, content=_sheet(range(first, first + count)), actor=actor, at=at
    )
    agreements.submit_agreement(agreement_id=agreement_id, actor=actor, at=at)
    agreements.review_agreement(agreement_id=agreement_id, approve=True, actor=at_desk.reviewer, at=at)
    agreements.print_agreement(agreement_id=agreement_id, actor=actor, at=at)
    day = local_date(at)
    for side in (Side.CUSTOMER, Side.OPERATOR):
        agreements.sign_agreement(
            agreement_id=agreement_id, side=side, signer_name="基准",
            signer_role=SignerRole.LEGAL_REPRESENTATIVE, signed_on=day, sealed_on=day, actor=actor, at=at,
        )  # fmt: skip
        agreements.sign_attachment(
            agreement_id=agreement_id, attachment=1, side=side, signer_name="基准",
            signed_on=day, sealed_on=day, actor=actor, at=at,
        )  # fmt: skip
    return agreement_id


def _sheet(persons: Sequence[int]) -> bytes:
    """A 子用户号码表 of these persons with handsets of their own; numbers are left to the system."""
    mode = FIRST_MONTH_NAMES[FirstMonthMode.FULL_MONTH].zh
    header = [column.title.zh for column in COLUMNS]
    rows = ([f"成员{n}", _person(n), "", _PLAN, mode, "", _imei(n)] for n in persons)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([header, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell)
    return buffer.getvalue()


def _sim(n: int) -> tuple[str, str]:
    body = f"898600{n:012d}"
    return body + luhn.calc_check_digit(body), f"46098{n:010d}"


def _imei(n: int) -> str:
    body = f"35209900{n:06d}"
    return body + luhn.calc_check_digit(body)


def _person(n: int) -> str:
    born = datetime(1950, 1, 1, tzinfo=UTC) + timedelta(days=n // 999)
    body = f"110101{born:%Y%m%d}{n % 999 + 1:03d}"
    return body + ric.calc_check_digit(body + "0")
