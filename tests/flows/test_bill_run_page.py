"""The page of a bill run: accounts that could not be billed are billed again from there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests import support
from tests.lines import Connected, connect, plan_id
from tests.world import World, logins
from trunkline.catalog import operations as catalog
from trunkline.catalog import queries as catalog_queries
from trunkline.catalog.types import OfferingKind, PaymentMode
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.interfaces.jobs.handlers import bill_parked_again
from trunkline.kernel import clock
from trunkline.kernel.periods import Month
from trunkline.runs.billrun import RETRY_JOB, run_month
from trunkline.runs.queries import bill_run
from trunkline.security.audit import acting
from trunkline.security.queries import actor_by_login
from trunkline.security.types import Actor, Door

OCTOBER = Month(2026, 10)
BEFORE = datetime(2026, 9, 10, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
PAGE = [2026, 10]
BUTTON = "重新出账</button>"


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own for each test: the database of most is rolled back, the files would stay."""
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", tmp_path_factory.mktemp("var"))


def enter(role: str) -> Client:
    """A browser in which the member of staff of a role is logged in."""
    client = Client(SERVER_NAME="localhost")
    sent = client.post(reverse("staff:login"), {"username": logins(role, "HF"), "password": DEMO_PASSWORD})
    assert sent.status_code == 302
    return client


def park(world: World, actor: Actor) -> Connected:
    """A line on a plan without a price, whose account October's run had to park; another was billed."""
    catalog.define_offering(
        code="4G-X", name="4G套餐X", name_en="4G X", kind=OfferingKind.PLAN,
        payment_mode=PaymentMode.POSTPAID, technology="4g", actor=actor, at=BEFORE,
    )  # fmt: skip
    connect(world, actor, BEFORE, 1)
    (bad,) = connect(world, actor, BEFORE + timedelta(hours=1), 1, plan="4G-X")
    done = run_month(month=OCTOBER, actor=actor, at=NOW)
    assert (done.bills, done.parked) == (1, 1)
    return bad


@pytest.fixture
def parked(world: World, actor: Actor) -> Connected:
    """See `park`."""
    return park(world, actor)


def publish_the_price(actor: Actor) -> None:
    like = catalog_queries.price_version(plan_id("3G-46", actor), date(2026, 10, 1))
    with acting(actor):
        offering = catalog_queries.offering_by_code("4G-X")
    assert offering is not None
    catalog.publish_price_version(
        offering_id=offering.id,
        valid_from=date(2026, 9, 1),
        reference="备〔2026〕X号",
        monthly_fee=Decimal("9.00"),
        tax_class=like.tax_class,
        allowances=like.allowances,
        usage_prices=like.usage_prices,
        actor=actor,
        at=NOW,
    )


def shown(client: Client) -> str:
    """The page of October's run."""
    with clock.at_time(NOW):
        answer = client.get(reverse("billing:run", args=PAGE))
    assert answer.status_code == 200
    return answer.content.decode()


def waiting() -> list[dict[str, object]]:
    """What the queued retries are asked to do."""
    return list(ProcrastinateJob.objects.filter(task_name=RETRY_JOB).values_list("args", flat=True))


def test_parked_accounts_are_billed_again_from_the_page_of_the_run(parked: Connected, actor: Actor) -> None:
    officer = enter("billing_officer")
    page = shown(officer)
    assert "没有生效的资费" in page
    assert BUTTON in page
    assert 'data-confirm="确定对挂起的账户重新出账？"' in page
    publish_the_price(actor)
    with clock.at_time(NOW):
        answer = officer.post(reverse("billing:retry", args=PAGE), follow=True)
        assert "已开始对挂起的账户重新出账" in answer.content.decode()
        (job,) = waiting()
        bill_parked_again(**job)  # type: ignore[arg-type]
    support.check_deferred()
    page = shown(officer)
    assert "已解决" in page
    run = bill_run(OCTOBER)
    assert (run.expected, run.bills, run.parked, run.parts_done, run.parts) == (2, 2, 0, 2, 2)
    assert run.amount == Decimal("55.00")
    assert BUTTON not in page


def test_pressing_again_while_the_job_waits_queues_no_second(committed_db: World, actor: Actor) -> None:
    park(committed_db, actor)
    officer = enter("billing_officer")
    with clock.at_time(NOW):
        for _ in range(2):
            answer = officer.post(reverse("billing:retry", args=PAGE), follow=True)
            assert answer.status_code == 200
            assert "已开始对挂起的账户重新出账" in answer.content.decode()
    assert waiting() == [{"staff_id": actor_by_login("billing", Door.WEB).staff_id, "month": "2026-10"}]


def test_the_button_speaks_english(parked: Connected) -> None:
    officer = enter("billing_officer")
    officer.post(reverse("staff:language"), {"language": "en", "next": "/"})
    page = shown(officer)
    assert "Bill again</button>" in page
    assert "Bill the parked accounts again?" in page


def test_whoever_may_not_bill_sees_no_button_and_is_refused(parked: Connected, actor: Actor) -> None:
    clerk = enter("clerk")
    assert BUTTON not in shown(clerk)
    with acting(actor):
        before = support.snapshot()
    assert clerk.post(reverse("billing:retry", args=PAGE)).status_code == 403
    with acting(actor):
        assert support.snapshot() == before
    assert waiting() == []


def test_where_nothing_is_parked_nothing_is_queued(world: World, actor: Actor) -> None:
    run_month(month=OCTOBER, actor=actor, at=NOW)
    officer = enter("billing_officer")
    assert BUTTON not in shown(officer)
    with clock.at_time(NOW):
        answer = officer.post(reverse("billing:retry", args=PAGE), follow=True)
    assert "没有挂起的账户。" in answer.content.decode()
    assert waiting() == []
    for path, status in (("/bill-runs/2025/1/retry/", 404), ("/bill-runs/2026/13/retry/", 404)):
        assert officer.post(path).status_code == status
    assert officer.get(reverse("billing:retry", args=PAGE)).status_code == 405
