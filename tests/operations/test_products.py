"""Products of the standard's last page (S99): what an order must say, and their way from the order to the bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from django.conf import settings

from tests.numbers_400 import ORDINARY, keep_400
from tests.products import ORDERS, product_order
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.billing import queries as billing
from trunkline.billing.types import ChargeKind
from trunkline.counter import desk
from trunkline.counter.registry import service_item
from trunkline.installations import operations as installations
from trunkline.installations.queries import (
    find_installations,
    installation,
    places_of,
    tasks_of,
    tasks_to_do,
    timeline,
)
from trunkline.installations.types import Happening, InstallationState, InstallationView, TaskKind, TaskState
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.ordering.products import specifications
from trunkline.ordering.queries import order
from trunkline.ordering.types import Completion, OrderRequest, OrderState
from trunkline.party.queries import account
from trunkline.runs.billrun import run_month
from trunkline.runs.checks import CHECKS as RUN_CHECKS
from trunkline.security.audit import acting
from trunkline.security.types import Actor, Channel

OCTOBER = Month(2026, 10)
#: 10:00 on 9 October 2026, a Friday, in Shanghai.
ORDERED = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)

NAMED_IN_THE_STANDARD = (
    "音频电路业务、SDH数字专线业务、以太网专线业务、MPLS VPN业务、光纤出租业务、管道出租业务、杆路出租业务、系统集成业务、"
    "图像传输业务、视频会议业务、通信设备租用业务、2G基础产品业务、IVPN业务、VPDN业务、商务总机业务、集团炫铃业务、行业短信业务、"
    "移动办公类业务、移动执法类业务、视频监控类业务、定位导航类业务"
)


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


def october(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 10, day, hour - 8, tzinfo=UTC)


def ordered(world: World, clerk: Actor, code: str = "sdh_circuit", **details: str) -> InstallationView:
    placed = desk.place(request=product_order(world, code, **details), actor=clerk, at=ORDERED)
    (made,) = find_installations(order_id=placed.id)
    return made


def work_through(
    made: InstallationView, actor: Actor, days: dict[TaskKind, datetime], *, until: TaskKind | None = None
) -> None:
    for task in tasks_of(made.id):
        if task.kind is until:
            return
        installations.finish_task(task_id=task.id, words="完成", actor=actor, at=days[task.kind])


DAYS = {
    TaskKind.RESOURCE_CHECK: october(10),
    TaskKind.RESOURCE_ASSIGNMENT: october(12),
    TaskKind.CONSTRUCTION: october(14),
    TaskKind.JOINT_TEST: october(16),
    TaskKind.CUSTOMER_ACCEPTANCE: october(20),
    TaskKind.BILLING_START: october(21),
}


def test_every_product_that_the_standard_names_is_there_under_its_name() -> None:
    titles = {product.title.zh for product in specifications().values()}
    assert {*NAMED_IN_THE_STANDARD.split("、"), "4006业务"} <= titles
    assert {code: made.title for code, made in ORDERS.items()} == {
        code: product.title.zh for code, product in specifications().items()
    }


def test_no_two_answers_of_a_product_have_one_name() -> None:
    for code, product in specifications().items():
        names = [field.name for field in service_item("product_installation").asked({"product": code})]
        assert len(set(names)) == len(names), code
        assert product.letters


@pytest.mark.parametrize("code", ORDERS)
def test_a_complete_order_is_accepted_and_kept_whole(world: World, clerk: Actor, code: str) -> None:
    if specifications()[code].takes_400_number:
        keep_400(world.organizations["HF"][0], ORDINARY, at=ORDERED)
    made = ordered(world, clerk, code)
    expected = ORDERS[code]
    assert made.specification == code
    assert dict(made.characteristics) == expected.values
    kept = [dict(place.values) for place in places_of(made.id)]
    assert kept[2 * expected.ends :] == expected.rows
    assert len(kept) == len(expected.rows) + 2 * expected.ends
    check_deferred()


def reasons(request: OrderRequest, clerk: Actor) -> list[Refusal]:
    with acting(clerk):
        return list(desk.dry_run(request, actor=clerk, at=ORDERED).reasons(Completion.ALL_OR_NOTHING))


@pytest.mark.parametrize("code", ORDERS)
def test_whatever_is_left_out_is_named(world: World, clerk: Actor, code: str) -> None:
    request = product_order(world, code)
    unnamed = []
    for name, words in ORDERS[code].needed().items():
        rest = {n: v for n, v in request.details.items() if n != name}
        told = {reason.text.zh for reason in reasons(replace(request, details=rest), clerk)}
        if f"须填写：{words}" not in told:
            unnamed.append((name, told))
    assert unnamed == []


def test_every_reason_is_given_at_once(world: World, clerk: Actor) -> None:
    request = product_order(world, "ethernet_line", bandwidth="1", mtu="abc", contract=None, discount="10")
    request = replace(request, details={n: v for n, v in request.details.items() if n != "z_end.phone"})
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=request, actor=clerk, at=ORDERED)
    words = {refusal.text.zh for refusal in refused.value.refusals}
    assert {
        "带宽（Mbit/s）：应在2至1000之间",
        "填写不正确：MTU",
        "须填写：合同编号",
        "须填写：Z端：联系电话",
        "给予折扣的，须填写审批文号",
    } <= words
    assert snapshot() == before


def test_what_nobody_asked_for_is_refused(world: World, clerk: Actor) -> None:
    request = product_order(world, "duct_lease", **{"a_end.site": "总行"})
    assert [reason.code for reason in reasons(request, clerk)] == ["order.field_unknown"]


def test_a_switchboard_is_ordered_in_an_own_hall_only(
    world: World, clerk: Actor, make_actor: Callable[..., Actor]
) -> None:
    manager = make_actor(role="account_manager", branch="HF")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=product_order(world, "switchboard"), actor=manager, at=ORDERED)
    assert [(r.code, r.clause) for r in refused.value.refusals] == [("s99.own_hall_only", "REG-16")]
    assert snapshot() == before
    assert manager.channel is Channel.ACCOUNT_MANAGER
    assert ordered(world, clerk, "switchboard").characteristics["purpose"] == "客户服务热线接听"


def test_an_account_of_the_organisation_is_used_where_it_is_named(world: World, clerk: Actor) -> None:
    first = ordered(world, clerk)
    with acting(clerk):
        code = account(first.account_id).code
    again = ordered(world, clerk, "duct_lease", account=code)
    assert again.account_id == first.account_id


def test_the_days_in_time_are_workdays(world: World, clerk: Actor) -> None:
    """Seven workdays after Friday 9 October 2026, of which Saturday the 10th is worked on: the 19th."""
    made = ordered(world, clerk)
    assert [task.due_on for task in tasks_of(made.id)] == [
        date(2026, 10, 12),
        date(2026, 10, 13),
        date(2026, 10, 15),
        date(2026, 10, 16),
        date(2026, 10, 19),
        date(2026, 10, 19),
    ]
    assert made.due_on == date(2026, 10, 19)
    due_at = order(made.order_id).due_at
    assert due_at == datetime(2026, 10, 19, 16, tzinfo=UTC)


def test_where_there_is_no_fibre_yet_every_later_step_has_longer(
    world: World, clerk: Actor, actor: Actor
) -> None:
    made = ordered(world, clerk)
    first = tasks_of(made.id)[0]
    installations.finish_task(task_id=first.id, needs_building=True, actor=actor, at=october(10))
    # Twenty workdays after Monday 19 October: Monday 16 November.
    assert installation(made.id).due_on == date(2026, 11, 16)
    assert [task.due_on for task in tasks_of(made.id)][4:] == [date(2026, 11, 16)] * 2


def test_the_steps_are_taken_one_after_the_other(world: World, clerk: Actor, actor: Actor) -> None:
    made = ordered(world, clerk)
    _, second, *_ = tasks_of(made.id)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        installations.finish_task(task_id=second.id, actor=actor, at=october(10))
    assert refused.value.refusals[0].code == "installation.not_now"
    assert snapshot() == before


def test_a_step_belongs_to_the_role_that_answers_for_it(
    world: World, clerk: Actor, make_actor: Callable[..., Actor]
) -> None:
    made = ordered(world, clerk)
    check = tasks_of(made.id)[0]
    for role, branch in (("clerk", "HF"), ("account_manager", "HF"), ("billing_officer", "AH")):
        with pytest.raises(Refused):
            installations.finish_task(
                task_id=check.id, actor=make_actor(role=role, branch=branch), at=october(10)
            )
    engineer = make_actor(role="network_engineer", branch="AH")
    installations.finish_task(task_id=check.id, actor=engineer, at=october(10))
    assert tasks_of(made.id)[0].state is TaskState.DONE


def test_a_step_that_fails_says_why_and_is_taken_up_again(world: World, clerk: Actor, actor: Actor) -> None:
    made = ordered(world, clerk)
    check = tasks_of(made.id)[0]
    with pytest.raises(Refused):
        installations.fail_task(task_id=check.id, words=" ", actor=actor, at=october(10))
    installations.fail_task(task_id=check.id, words="A端无端口", actor=actor, at=october(10))
    assert [(t.kind, t.words) for t in tasks_to_do(state=TaskState.FAILED)] == [
        (TaskKind.RESOURCE_CHECK, "A端无端口")
    ]
    installations.reopen_task(task_id=check.id, actor=actor, at=october(12))
    installations.finish_task(task_id=check.id, actor=actor, at=october(13))
    assert [entry.happening for entry in timeline(made.id)] == [
        Happening.ORDERED,
        Happening.FAILED,
        Happening.REOPENED,
        Happening.FINISHED,
    ]


def test_a_product_that_is_given_up_ends_its_order(world: World, clerk: Actor, actor: Actor) -> None:
    made = ordered(world, clerk)
    installations.withdraw_installation(
        installation_id=made.id, words="客户撤单", actor=actor, at=october(12)
    )
    assert installation(made.id).state is InstallationState.CANCELLED
    assert order(made.order_id).state is OrderState.FAILED
    assert {task.state for task in tasks_of(made.id)} == {TaskState.CANCELLED}


def test_an_order_under_work_is_not_stopped_withdrawn_or_carried_out_again(
    world: World, clerk: Actor, actor: Actor
) -> None:
    made = ordered(world, clerk)
    for verb in (desk.stop, desk.cancel):
        with pytest.raises(Refused):
            verb(order_id=made.order_id, actor=actor, at=october(12))
    again = desk.execute(order_id=made.order_id, actor=actor, at=october(12))
    assert again.state is OrderState.IN_PROGRESS
    assert len(find_installations()) == 1


@pytest.fixture
def own_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own: the database is rolled back, files would stay."""
    store = tmp_path_factory.mktemp("var")
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", store)
    return store


def test_a_circuit_comes_from_the_order_to_the_bill_of_its_first_month(
    world: World, clerk: Actor, actor: Actor, own_store: Path
) -> None:
    made = ordered(world, clerk)
    work_through(made, actor, DAYS)
    served = installation(made.id)
    assert (served.state, served.opened_on, served.accepted_on, served.billed_from) == (
        InstallationState.IN_SERVICE,
        date(2026, 10, 16),
        date(2026, 10, 20),
        date(2026, 10, 20),
    )
    done = order(made.order_id)
    assert (done.state, done.completed_at) == (OrderState.COMPLETED, october(21))

    run_month(month=OCTOBER, actor=actor, at=datetime(2026, 11, 2, tzinfo=UTC))
    with acting(actor):
        (bill,) = billing.bills_of_organization(made.organization_id)
        lines = billing.bill_lines(bill.id)
    # 20 to 31 October are 12 of 31 days of 3,100 yuan; both fees bear 9 % inside.
    monthly = (Decimal("3100.00") * 12 / 31).quantize(Decimal("0.01"), ROUND_HALF_UP)
    total = Decimal("5000.00") + monthly
    assert monthly == Decimal("1200.00")
    assert [(line.kind, line.amount, line.number) for line in lines] == [
        (ChargeKind.ONE_OFF, Decimal("5000.00"), made.number),
        (ChargeKind.RECURRING, monthly, made.number),
    ]
    assert bill.total == total
    assert bill.tax_total == (total * 9 / 109).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert lines[1].explanation["formula_zh"] == "3100.00元 × 12天 ÷ 31天 = 1200.00元"


def bills_of(
    made: InstallationView, actor: Actor, *months: Month
) -> list[list[tuple[str, Decimal, Decimal]]]:
    """What the bills of the months say: title, amount, tax rate."""
    found = []
    for month in months:
        run_month(month=month, actor=actor, at=month.end)
        with acting(actor):
            bills = [b for b in billing.bills_of_organization(made.organization_id) if b.month == month]
            found.append(
                [(x.title.zh, x.amount, x.tax_rate) for b in bills for x in billing.bill_lines(b.id)]
            )
    return found


def test_hardware_is_taxed_apart_from_the_service(
    world: World, clerk: Actor, actor: Actor, own_store: Path
) -> None:
    made = ordered(world, clerk, "system_integration", monthly_fee="0.00")
    work_through(made, actor, DAYS)
    ((service, hardware, monthly),) = bills_of(made, actor, OCTOBER)
    assert service[1:] == (Decimal("2000.00"), Decimal("0.06"))
    assert hardware[1:] == (Decimal("3000.00"), Decimal("0.13"))
    assert monthly[1] == 0


def test_billing_by_notice_starts_its_days_after_the_joint_test(
    world: World, clerk: Actor, actor: Actor, own_store: Path
) -> None:
    made = ordered(world, clerk, billing_rule="notice", notice_days="30", monthly_fee="3000.00")
    work_through(made, actor, DAYS)
    # The notice of 16 October and 30 days: 15 November. Sixteen of thirty days.
    assert installation(made.id).billed_from == date(2026, 11, 15)
    first, second = bills_of(made, actor, OCTOBER, Month(2026, 11))
    assert first == []
    assert [amount for _, amount, _ in second] == [Decimal("5000.00"), Decimal("1600.00")]


def test_a_start_that_is_confirmed_late_is_caught_up_once(
    world: World, clerk: Actor, actor: Actor, own_store: Path
) -> None:
    made = ordered(world, clerk)
    late = {
        **DAYS,
        TaskKind.CUSTOMER_ACCEPTANCE: october(30),
        TaskKind.BILLING_START: datetime(2026, 11, 3, tzinfo=UTC),
    }
    work_through(made, actor, late)
    october_bill, november, december = bills_of(made, actor, OCTOBER, Month(2026, 11), Month(2026, 12))
    assert october_bill == []
    # Two of October's 31 days, then November whole.
    assert [amount for _, amount, _ in november] == [
        Decimal("5000.00"),
        Decimal("200.00"),
        Decimal("3100.00"),
    ]
    assert "2026-10补计" in november[1][0]
    assert [amount for _, amount, _ in december] == [Decimal("3100.00")]


def test_a_late_opening_is_paid_for_on_the_bill_of_its_fee_without_the_customers_own_days(
    world: World, clerk: Actor, actor: Actor, own_store: Path
) -> None:
    made = ordered(world, clerk)
    before = snapshot()
    for days, words in ((3, " "), (-1, "机房未就绪"), (366, "机房未就绪")):
        with pytest.raises(Refused):
            installations.excuse_days(
                installation_id=made.id, days=days, words=words, actor=actor, at=october(20)
            )
    assert snapshot() == before
    installations.excuse_days(
        installation_id=made.id, days=1, words="客户机房未就绪", actor=actor, at=october(20)
    )
    late = {
        **DAYS,
        TaskKind.JOINT_TEST: october(22),
        TaskKind.CUSTOMER_ACCEPTANCE: october(23),
        TaskKind.BILLING_START: october(24),
    }
    work_through(made, actor, late)
    # Due on 19 October, tested on the 22nd: three days, one of them the customer's. 1 % of 5,000 for two.
    assert installation(made.id).late_days(date(2026, 12, 1)) == 2
    first, second = bills_of(made, actor, OCTOBER, Month(2026, 11))
    assert [(title.split("业务 ")[1], amount) for title, amount, _ in first[:2]] == [
        ("一次性费用", Decimal("5000.00")),
        ("逾期开通违约金（2天）", Decimal("-100.00")),
    ]
    assert [amount for _, amount, _ in second] == [Decimal("3100.00")]
    with pytest.raises(Refused):
        installations.excuse_days(
            installation_id=made.id, days=3, words="迟到的说明", actor=actor, at=october(25)
        )
    with acting(actor):
        assert [place for check in RUN_CHECKS for place in check.find()] == []


def test_another_fee_and_the_removal_are_charged_by_days(
    world: World, clerk: Actor, actor: Actor, own_store: Path
) -> None:
    made = ordered(world, clerk)
    work_through(made, actor, DAYS)
    installations.change_rate(
        installation_id=made.id,
        monthly_fee=Decimal("6000.00"),
        valid_from=date(2026, 11, 11),
        words="提速到N×2M",
        actor=actor,
        at=datetime(2026, 11, 5, tzinfo=UTC),
    )
    installations.remove_installation(
        installation_id=made.id, words="设备已收回", actor=actor, at=datetime(2026, 11, 20, 2, tzinfo=UTC)
    )
    _, november, december = bills_of(made, actor, OCTOBER, Month(2026, 11), Month(2026, 12))
    # Ten days at 3,100 and ten at 6,000 of November's thirty: the day of removal is charged.
    assert [amount for _, amount, _ in november] == [Decimal("1033.33"), Decimal("2000.00")]
    assert december == []
    with pytest.raises(Refused):
        installations.remove_installation(
            installation_id=made.id, words="再次", actor=actor, at=datetime(2026, 11, 21, tzinfo=UTC)
        )
