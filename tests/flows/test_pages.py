"""Pages over HTTP, by Django's client: who may open them, what they show, and how they refuse."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from tests import support
from tests.architecture.test_web import PUBLIC, pages
from tests.items import application
from tests.numbers_400 import ORDINARY, keep_400
from tests.products import product_order
from tests.signing import installation, member_rows, premium, signed_agreement, xlsx
from tests.world import World, logins, number_of
from trunkline.agreements import queries as agreements
from trunkline.agreements.clauses.queries import clauses, template_for, template_named
from trunkline.agreements.operations import mark_expiring
from trunkline.agreements.types import AgreementState
from trunkline.billing.operations import issue_bills, issue_invoice, propose_breach, take_payment
from trunkline.billing.queries import bills_of_organization, payments_of_organization
from trunkline.billing.types import (
    BillDraft,
    BreachProposal,
    ChargeKind,
    ChargeLine,
    InvoiceKind,
    InvoiceRequest,
)
from trunkline.care.operations import open_ticket
from trunkline.care.types import Product, TicketKind, TicketRequest
from trunkline.counter import desk
from trunkline.counter.visits import Appearance, place_visit
from trunkline.installations.queries import find_installations
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.numbering.operations import stock_numbers
from trunkline.numbering.types import NumberKind
from trunkline.ordering.queries import find_orders, orders_of_organization
from trunkline.ordering.scans import order_scans
from trunkline.ordering.types import Scan
from trunkline.ordering.visits import add_to_visit
from trunkline.party.queries import contacts, handlers
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines_of_organization

NOW = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)
PREMIUM = "18655109999"
#: Reasons stand on the page with the clause they rest on.
CLAUSE = '<span class="clause" title="依据条款">{}</span>'


@dataclass(frozen=True)
class Thread:
    """The ids of one customer's way from agreement to payment."""

    organization: int
    agreement: int
    open_agreement: int
    order: int
    line: int
    account: int
    bill: int
    payment: int
    invoice: int
    circuit: int
    ticket: int
    scan: int
    query: int
    print: int
    draft: int
    visit: int
    breach: int
    wish: int


def charge(number: str, line_id: int) -> ChargeLine:
    return ChargeLine(
        line_id=line_id,
        number=number,
        kind=ChargeKind.RECURRING,
        code="plan.3G-66",
        title=Text("3G基本套餐66元 月租费", "3G Basic 66 monthly fee"),
        price_version_id=None,
        price_reference="皖通信资费备〔2026〕1号",
        quantity=1,
        unit="month",
        allowance_used=0,
        unit_price=Decimal("66.00"),
        amount=Decimal("66.00"),
        tax_class="basic_telecom",
        tax_rate=Decimal("0.09"),
        explanation={
            "price_version": 1,
            "valid_from": "2026-01-01",
            "formula_zh": "66.00元 × 1月 = 66.00元",
            "formula_en": "66.00 yuan × 1 month = 66.00 yuan",
            "rounding": "exact",
            "rule": "P2-06",
            "note_zh": "",
            "note_en": "",
        },
    )


def reported(world: World, line: int, clerk: Actor) -> int:
    """A fault of a line; its ticket."""
    bank = world.organizations["HF"][0]
    said = TicketRequest(TicketKind.FAULT, bank, "冯立群", "13855100001", "无信号", "早上起无信号")
    asked = replace(said, product=Product.MOBILE, line_id=line)
    return open_ticket(request=asked, actor=clerk, at=NOW).id


def broken(agreement: int, manager: Actor) -> int:
    """A breach of the premium number's, proposed."""
    claim = BreachProposal(agreement, PREMIUM, date(2026, 12, 1), "合约期内离网", losses=Decimal(500))
    return propose_breach(proposal=claim, actor=manager, at=NOW)


@dataclass(frozen=True)
class Counter:
    """What a clerk did for the organisation beside the thread: details given out, and two visits."""

    query: int
    print: int
    draft: int
    visit: int


def at_the_counter(world: World, clerk: Actor, line: int) -> Counter:
    """Orders that open details, a visit that was placed, and one that is being put together."""
    month = {"month": "2026-12"}
    asked = {
        "detail_query": {**month, "delivery": "screen"},
        "detail_print": month,
    }
    opened = {
        item: desk.place(request=application(world, item, [line], details=details), actor=clerk, at=NOW).id
        for item, details in asked.items()
    }

    def gathered(item: str) -> int:
        request = application(world, item, [line])
        return add_to_visit(
            request=request, branch_id=world.branches["HF"], selection_id=None, actor=clerk, at=NOW
        )

    shown = Appearance(
        world.handlers[world.organizations["HF"][0]], application(world, "loss_report", [line]).papers
    )
    placed = place_visit(draft_id=gathered("loss_report"), appeared=shown, actor=clerk, at=NOW)
    return Counter(opened["detail_query"], opened["detail_print"], gathered("loss_lift"), placed.id)


@pytest.fixture
def thread(world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime) -> Thread:
    """An agreement in force with a premium number, its lines, October's bills and a payment of one of them."""
    bank = world.organizations["HF"][0]
    stock = world.branches["HF"]
    stock_numbers(numbers=[PREMIUM], kind=NumberKind.MOBILE, stock_id=stock, actor=actor, at=at)
    rows = member_rows(3)
    rows[0][2] = PREMIUM
    agreement = signed_agreement(bank, rows, premiums=(premium(PREMIUM),), actor=actor, at=at)
    waiting = signed_agreement(bank, member_rows(2, start=10), actor=actor, at=at)
    manager = make_actor(role="account_manager", branch="HF")
    request = installation(world, agreement, bank)
    copied = Scan(request.papers[0].kind, "page.pdf", b"%PDF-1.7\n%%EOF\n")
    placed = desk.place(request=replace(request, scans=(copied,)), actor=manager, at=at)
    desk.execute(order_id=placed.id, actor=actor, at=at)
    with acting(actor):
        lines = sorted(lines_of_organization(bank), key=lambda line: line.id)
        drafts = [
            BillDraft(line.account_id, bank, stock, 20, (charge(line.number, line.id),)) for line in lines
        ]
        issue_bills(
            month=Month(2026, 10), drafts=drafts, actor=actor, at=datetime(2026, 11, 1, 1, tzinfo=UTC)
        )
        bills = sorted(bills_of_organization(bank), key=lambda bill: bill.id)
        owed = next(bill for bill in bills if bill.account_id == lines[1].account_id)
        taken = take_payment(
            organization_id=bank,
            bill_ids=[owed.id],
            amount=owed.cash_due,
            method=PaymentMethod.CASH,
            actor=actor,
            at=datetime(2026, 11, 3, 1, tzinfo=UTC),
        )
        invoiced = issue_invoice(
            request=InvoiceRequest(InvoiceKind.ORDINARY, "合肥示范银行", "", payment_id=taken.id),
            actor=actor,
            at=datetime(2026, 11, 3, 2, tzinfo=UTC),
        )
    clerk = make_actor(role="clerk", branch="HF")
    ordered = desk.place(request=product_order(world), actor=clerk, at=at)
    with acting(actor):
        (circuit,) = find_installations(order_id=ordered.id)
        (scan,) = order_scans(placed.id)
    with_details = at_the_counter(world, clerk, lines[1].id)
    return Thread(
        organization=bank,
        agreement=agreement,
        open_agreement=waiting,
        order=placed.id,
        line=lines[0].id,
        account=lines[0].account_id,
        bill=bills[0].id,
        payment=taken.id,
        invoice=invoiced.id,
        circuit=circuit.id,
        ticket=reported(world, lines[0].id, clerk),
        scan=scan.id,
        query=with_details.query,
        print=with_details.print,
        draft=with_details.draft,
        visit=with_details.visit,
        breach=broken(agreement, manager),
        wish=keep_400(bank, ORDINARY, at=NOW).id,
    )


@pytest.fixture
def snapshot(actor: Actor) -> Callable[[], str]:
    """A hash of all business rows of all branches, whoever acted last."""

    def take() -> str:
        with acting(actor):
            return support.snapshot()

    return take


@pytest.fixture
def login(world: World) -> Callable[..., Client]:
    """`login("clerk", "HF")`: a browser in which that member of staff is logged in."""

    def enter(role: str = "account_manager", branch: str = "HF") -> Client:
        client = Client(SERVER_NAME="localhost")
        sent = client.post(
            reverse("staff:login"), {"username": logins(role, branch), "password": DEMO_PASSWORD}
        )
        assert sent.status_code == 302
        return client

    return enter


def readable(thread: Thread) -> dict[str, str]:
    """Every page that can be opened by an address alone, by the role that may."""
    organization, agreement = [thread.organization], [thread.agreement]
    tabs = ("overview", "people", "agreements", "lines", "bills", "tickets", "work")
    return {
        reverse("staff:home"): "account_manager",
        reverse("party:list"): "account_manager",
        reverse("party:search") + "?q=hfsf": "account_manager",
        reverse("party:register"): "account_manager",
        **{reverse("party:tab", args=[thread.organization, tab]): "account_manager" for tab in tabs},
        reverse("party:handler", args=organization): "account_manager",
        reverse("party:contact", args=organization): "account_manager",
        reverse("party:line", args=[thread.line]): "account_manager",
        reverse("agreements:list"): "account_manager",
        reverse("agreements:draft"): "account_manager",
        reverse("agreements:premium_row") + "?premium-0-number=" + PREMIUM: "account_manager",
        reverse("agreements:member_template", args=agreement): "account_manager",
        reverse("agreements:health", args=agreement): "account_manager",
        reverse("agreements:library"): "product_manager",
        reverse("agreements:template", args=["handset_campaign"]): "product_manager",
        reverse("agreements:compose"): "product_manager",
        reverse("agreements:compose_next", args=["handset_campaign"]): "product_manager",
        reverse("agreements:clause", args=["handset_return"]): "account_manager",
        reverse("agreements:write_clause"): "product_manager",
        reverse("agreements:write_next", args=["handset_return"]): "product_manager",
        reverse("agreements:show", args=agreement): "account_manager",
        reverse("agreements:revise", args=agreement): "account_manager",
        reverse("agreements:pdf", args=agreement): "account_manager",
        reverse("agreements:members", args=agreement): "account_manager",
        reverse("agreements:attachment_pdf", args=[thread.agreement, 1]): "account_manager",
        reverse("billing:deposits", args=agreement): "account_manager",
        reverse("billing:deposit", args=[thread.agreement, PREMIUM]): "account_manager",
        reverse("billing:breaches"): "account_manager",
        reverse("billing:breach", args=[thread.breach]): "account_manager",
        reverse("billing:breach_new", args=agreement): "account_manager",
        reverse("catalog:fees"): "product_manager",
        reverse("catalog:parameters"): "product_manager",
        reverse("counter:list"): "clerk",
        reverse("counter:choose"): "clerk",
        reverse("counter:new", args=[thread.open_agreement]): "clerk",
        reverse("counter:show", args=[thread.order]): "clerk",
        reverse("counter:progress", args=[thread.order]): "clerk",
        reverse("counter:slip", args=[thread.order]): "clerk",
        reverse("counter:handed_back", args=[thread.order]): "clerk",
        reverse("counter:scan", args=[thread.order, thread.scan]): "clerk",
        reverse("counter:details", args=[thread.query]): "clerk",
        reverse("counter:details", args=[thread.query]) + "?kind=voice&number=1&page=2": "clerk",
        reverse("counter:details_sheet", args=[thread.query]): "clerk",
        reverse("counter:details_paper", args=[thread.print]): "clerk",
        reverse("counter:draft", args=[thread.draft]): "clerk",
        reverse("counter:visit", args=[thread.visit]): "clerk",
        reverse("counter:visit_sheet", args=[thread.visit]): "clerk",
        reverse("counter:rulebook"): "clerk",
        reverse("counter:rule", args=["suspension"]): "clerk",
        reverse("counter:items", args=organization): "clerk",
        reverse("counter:apply", args=[thread.organization, "number_change"]): "clerk",
        reverse("counter:choose_lines", args=[thread.organization, "suspension"]) + "?state=active": "clerk",
        reverse("counter:line_sheet", args=["number_change"]): "clerk",
        reverse("billing:list") + "?month=2026-10": "billing_officer",
        reverse("billing:show", args=[thread.bill]): "billing_officer",
        reverse("billing:pdf", args=[thread.bill]): "billing_officer",
        reverse("billing:account", args=[thread.account]): "billing_officer",
        reverse("billing:pay", args=organization): "billing_officer",
        reverse("billing:payment", args=[thread.payment]): "billing_officer",
        reverse("billing:prepayments"): "billing_officer",
        reverse("roaming:search") + "?q=riben": "clerk",
        reverse("billing:receipt", args=[thread.payment]): "billing_officer",
        reverse("billing:invoices") + "?q=示范&month=2026-11": "billing_officer",
        reverse("billing:invoice", args=[thread.invoice]): "billing_officer",
        reverse("billing:invoice_pdf", args=[thread.invoice]): "billing_officer",
        reverse("billing:runs"): "billing_officer",
        reverse("billing:usage"): "billing_officer",
        reverse("products:list"): "clerk",
        reverse("products:tasks"): "clerk",
        reverse("products:choose", args=organization): "clerk",
        reverse("products:order", args=[thread.organization, "sdh_circuit"]): "clerk",
        reverse("products:order", args=[thread.organization, "mpls_vpn"]): "clerk",
        reverse("products:sheet", args=["mpls_vpn"]): "clerk",
        reverse("products:show", args=[thread.circuit]): "account_manager",
        reverse("care:list"): "clerk",
        reverse("care:list") + "?kind=fault&overdue=on&mine=on": "billing_officer",
        reverse("care:show", args=[thread.ticket]): "clerk",
        reverse("care:limits"): "department_manager",
        reverse("numbers:search") + "?pattern=8888": "clerk",
        reverse("numbers:show", args=[PREMIUM]): "clerk",
        reverse("numbers:mine"): "clerk",
        reverse("numbers:requests") + "?tab=open": "department_administrator",
        reverse("numbers:report"): "clerk",
        reverse("numbers:port_in"): "clerk",
        reverse("numbers:inventory"): "product_manager",
        reverse("numbers:request", args=[thread.wish]): "department_administrator",
        reverse("outbox:list") + "?state=failed": "auditor",
        reverse("hotline:enter"): "hotline_agent",
        reverse("oversight:audit"): "auditor",
        reverse("oversight:verify"): "auditor",
        reverse("oversight:verify_results"): "auditor",
    }


def test_every_page_answers_whoever_may_open_it(thread: Thread, login: Callable[..., Client]) -> None:
    clients = {role: login(role) for role in set(readable(thread).values())}
    with clock.at_time(NOW):
        answers = {page: clients[role].get(page).status_code for page, role in readable(thread).items()}
    assert {page: status for page, status in answers.items() if status != 200} == {}


#: Named pages that are read and not in `readable`, each with where it is read instead.
ELSEWHERE = {
    "billing:breach_letter": "test_pages_and_commands_take_a_breach_from_claim_to_settlement",
    "billing:run": "test_a_bill_run_is_started_by_a_job",
    "billing:run_progress": "test_a_bill_run_is_started_by_a_job",
    "billing:usage_file": "test_a_usage_file_is_taken_once_and_says_why_rows_were_not",
    "hotline:caller": "test_hotline_pages",
    "party:show": "test_another_branchs_customer_is_not_found",
}


def test_every_page_that_is_read_is_among_those_that_are_opened(thread: Thread) -> None:
    """A page that is only posted to answers 405 before anything is looked up."""
    factory = RequestFactory()
    opened = {resolve(page.split("?")[0]).view_name for page in readable(thread)}
    read = set()
    for name, entry in pages().items():
        if name.startswith("portal:") or name in PUBLIC:
            continue
        request = factory.get("/")
        request.user, request.htmx = AnonymousUser(), False  # type: ignore[attr-defined]
        if entry.callback(request, **dict.fromkeys(entry.pattern.converters, 1)).status_code != 405:
            read.add(name)
    assert read - opened == set(ELSEWHERE)


def test_every_page_speaks_english_when_asked(thread: Thread, login: Callable[..., Client]) -> None:
    clients = {role: login(role) for role in set(readable(thread).values())}
    for client in clients.values():
        client.post(reverse("staff:language"), {"language": "en", "next": "/"})
    for page, role in readable(thread).items():
        with clock.at_time(NOW):
            answer = clients[role].get(page)
        assert answer.status_code == 200
        assert answer["Content-Language"] == "en"
        if answer["Content-Type"].startswith("text/html") and b"<html" in answer.content:
            assert b'<html lang="en">' in answer.content
    assert (
        b"Business support"
        in Client(SERVER_NAME="localhost", headers={"cookie": "django_language=en"})
        .get(reverse("staff:login"))
        .content
    )


def test_a_visitor_is_led_to_the_login(thread: Thread) -> None:
    visitor = Client(SERVER_NAME="localhost")
    for page in readable(thread):
        answer = visitor.get(page)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/?next=")


def test_a_fragment_asked_for_after_the_session_ended_reloads_the_page(world: World) -> None:
    visitor = Client(SERVER_NAME="localhost", headers={"hx-request": "true"})
    answer = visitor.get(reverse("party:search"))
    assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("clerk", "agreements:draft"),
        ("clerk", "party:register"),
        ("clerk", "billing:usage"),
        ("clerk", "outbox:list"),
        ("clerk", "oversight:audit"),
        ("account_manager", "oversight:verify"),
        ("billing_officer", "counter:choose"),
        ("auditor", "party:register"),
    ],
)
def test_without_permission_a_page_names_what_is_missing(
    login: Callable[..., Client], role: str, page: str
) -> None:
    answer = login(role).get(reverse(page))
    assert answer.status_code == 403
    assert "岗位没有此项权限" in answer.content.decode()


def test_a_write_without_permission_changes_nothing(
    thread: Thread, login: Callable[..., Client], snapshot: Callable[[], str]
) -> None:
    clerk, officer = login("clerk"), login("billing_officer")
    before = snapshot()
    assert clerk.post(reverse("agreements:sign", args=[thread.agreement])).status_code == 403
    assert clerk.post(reverse("billing:start"), {"month": "2026-10"}).status_code == 403
    assert officer.post(reverse("counter:new", args=[thread.open_agreement])).status_code == 403
    assert snapshot() == before


def test_writes_are_posted_and_carry_a_token(thread: Thread, login: Callable[..., Client]) -> None:
    manager = login()
    assert manager.get(reverse("agreements:submit", args=[thread.agreement])).status_code == 405
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    strict.cookies = manager.cookies
    assert strict.post(reverse("agreements:submit", args=[thread.agreement])).status_code == 403


def test_another_branchs_customer_is_not_found(
    thread: Thread, world: World, login: Callable[..., Client]
) -> None:
    stranger = login("account_manager", "WH")
    for page in (
        reverse("party:show", args=[thread.organization]),
        reverse("agreements:show", args=[thread.agreement]),
        reverse("agreements:pdf", args=[thread.agreement]),
        reverse("counter:show", args=[thread.order]),
        reverse("counter:slip", args=[thread.order]),
        reverse("billing:show", args=[thread.bill]),
        reverse("party:line", args=[thread.line]),
        reverse("billing:account", args=[thread.account]),
    ):
        assert stranger.get(page).status_code == 404, page
    assert "合肥" not in stranger.get(reverse("party:search") + "?q=合肥").content.decode().split("“")[0]


def test_no_answer_lets_an_inline_script_run(thread: Thread, login: Callable[..., Client]) -> None:
    answer = login().get(reverse("staff:home"))
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_the_search_box_finds_by_initials_and_by_number(thread: Thread, login: Callable[..., Client]) -> None:
    manager = login()
    found = manager.get(reverse("party:search"), {"q": "hfsfyh"}).content.decode()
    assert "合肥示范银行" in found
    by_number = manager.get(reverse("party:search"), {"q": PREMIUM}).content.decode()
    assert reverse("party:line", args=[thread.line]) in by_number
    assert "没有找到" in manager.get(reverse("party:search"), {"q": "qqqq"}).content.decode()


def test_a_refused_form_comes_back_filled_in_with_every_reason(
    world: World, login: Callable[..., Client], snapshot: Callable[[], str]
) -> None:
    bank = world.organizations["HF"][0]
    manager = login()
    before = snapshot()
    sent = {
        "name": "李四",
        "id_number": "340102198001010000",
        "phone": "12",
        "email": "nobody",
        "postal_address": "合肥",
        "postcode": "2300",
    }
    answer = manager.post(reverse("party:handler", args=[bank]), sent)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert CLAUSE.format("S01-R1") in shown
    assert 'value="李四"' in shown
    assert shown.count('<span class="refusal-words">') >= 3
    assert snapshot() == before


def test_a_refusal_speaks_the_sessions_language(thread: Thread, login: Callable[..., Client]) -> None:
    manager = login()
    manager.post(reverse("staff:language"), {"language": "en"})
    answer = manager.post(reverse("agreements:submit", args=[thread.agreement]))
    assert answer.status_code == 409
    assert "Refused for 1 reason" in answer.content.decode()


def test_an_ill_formed_form_says_so_at_the_field(world: World, login: Callable[..., Client]) -> None:
    answer = login().post(reverse("party:register"), {"name": ""})
    assert answer.status_code == 200
    assert "is-invalid" in answer.content.decode()


def test_a_handler_and_a_contact_are_registered(
    world: World, login: Callable[..., Client], actor: Actor
) -> None:
    bank = world.organizations["HF"][0]
    manager = login()
    from tests.codes import resident_id

    details = {
        "name": "李四",
        "id_number": resident_id("340102", "19900101", 9),
        "phone": "13855109999",
        "email": "li@example.com",
        "postal_address": "合肥市长江路1号",
        "postcode": "230001",
    }
    assert manager.post(reverse("party:handler", args=[bank]), details).status_code == 302
    contact = {"name": "王五", "role": "decision_maker", "title": "行长", "phone": "", "email": ""}
    assert manager.post(reverse("party:contact", args=[bank]), contact).status_code == 302
    with acting(actor):
        assert next(h.name for h in handlers(bank)) == "李四"
        assert [c.name for c in contacts(bank)] == ["王五"]


def draft_fields(organization: int, **more: Any) -> dict[str, Any]:
    return {
        "organization_id": organization,
        "template_id": template_for(None, NOW.date()).id,
        "business_kind": "standard_plan",
        "plan_code": "3G-66",
        "first_month_mode": "full_month",
        "term_years": 2,
        "minimum_members": 50,
        "data_cap_gb": 6,
        "terminal_model": "",
        "business_terms": "",
        "premium-TOTAL_FORMS": 0,
        "premium-INITIAL_FORMS": 0,
        **more,
    }


def test_a_chosen_kind_and_template_bring_their_fields_without_a_script(
    world: World, login: Callable[..., Client], actor: Actor, snapshot: Callable[[], str]
) -> None:
    bank, manager, page = world.organizations["HF"][0], login(), reverse("agreements:draft")
    kind = {
        "business_kind": "prepay_free_handset",
        "template_id": template_named("handset_campaign", NOW.date()).id,
    }
    values = {
        "handset_model": "WP-E2", "handset_price": "699.00", "prepayment": "1200.00", "monthly_return": "50.00", "months": 24,
    }  # fmt: skip
    clauses = {"return_day": 5, "return_penalty": "300.00", "replacement_days": 15, "service_point": "厂家"}
    filled = {
        **draft_fields(bank, **kind),
        **{f"business_value_{name}": value for name, value in values.items()},
        **{f"clause_value_{name}": value for name, value in clauses.items()},
    }
    before = snapshot()
    with clock.at_time(NOW):
        assert "business_value_months" not in manager.get(page).content.decode()
        chosen = manager.post(page, draft_fields(bank, **kind, choose="1")).content.decode()
        assert all(f'name="business_value_{name}"' in chosen for name in values)
        assert all(f'name="clause_value_{name}"' in chosen for name in clauses)
        wrong = manager.post(page, {**filled, "business_value_months": 23})
        assert wrong.status_code == 409
        assert CLAUSE.format("P2-03") in wrong.content.decode()
        assert snapshot() == before
        drafted = manager.post(page, filled)
        assert drafted.status_code == 302
        shown = manager.get(drafted["Location"]).content.decode()
    assert "预存话费1,200.00元，分24个月每月返还50.00元；赠送终端沃派 E2" in shown
    assert "退机违约款" in shown


def test_a_clause_is_written_previewed_and_published_and_a_template_made_of_it(
    world: World, login: Callable[..., Client], actor: Actor, snapshot: Callable[[], str]
) -> None:
    product = login("product_manager", "AH")
    written = {
        "code": "night_discount", "heading": "use", "title_zh": "夜间优惠", "title_en": "Night discount", "caption": "",
        "text": "夜间通话按{night_share}%计费，**优惠不得转让**。",
        "parameter-TOTAL_FORMS": 1, "parameter-INITIAL_FORMS": 0, "parameter-0-name": "night_share",
        "parameter-0-kind": "whole", "parameter-0-title_zh": "计费比例", "parameter-0-title_en": "Share charged",
        "parameter-0-default": "50", "parameter-0-lower": "1", "parameter-0-upper": "100", "parameter-0-required": "on",
    }  # fmt: skip
    before = snapshot()
    page = reverse("agreements:write_clause")
    with clock.at_time(NOW):
        preview = product.post(page, {**written, "preview": "1"}).content.decode()
        assert "<strong>优惠不得转让</strong>" in preview
        assert "<u>50</u>" in preview
        refused = product.post(page, {**written, "text": "按{nothing}%计费"})
        assert refused.status_code == 409
        assert CLAUSE.format("P2-08") in refused.content.decode()
        assert snapshot() == before
        assert product.post(page, written).status_code == 302
        newest = {clause.code: clause.id for clause in clauses()}
        composed = {
            "code": "night", "title_zh": "夜间活动", "title_en": "Nights", "valid_from": "2026-12-20",
            "renewal": "after_review", "claw_back": "whole", "warning_days": 60, "reference": "营销〔2026〕9号",
            "place_0": newest["night_discount"], "place_1": newest["effect"],
        }  # fmt: skip
        made = product.post(reverse("agreements:compose"), composed)
        assert made.status_code == 302
        assert "夜间活动" in product.get(made["Location"]).content.decode()
        assert template_named("night", NOW.date()).settings.renewal_repeats is False
    assert login("account_manager").post(page, written).status_code == 403


def test_a_renewal_is_a_task_on_the_desk_until_it_is_approved(
    world: World, login: Callable[..., Client], actor: Actor, at: datetime
) -> None:
    made = signed_agreement(world.organizations["HF"][0], member_rows(1), actor=actor, at=at)
    near = datetime(2028, 9, 1, 2, 0, tzinfo=UTC)
    mark_expiring(actor=actor, at=near)
    manager, approver = login(), login("department_manager", "AH")
    page, home = reverse("agreements:show", args=[made]), reverse("staff:home")
    with clock.at_time(near):
        desk_page = manager.get(home).content.decode()
        assert "待客户经理审核" in desk_page
        assert "还差 50 户" in desk_page
        assert manager.post(f"{page}renew/").status_code == 409
        assert manager.post(f"{page}renewal/review/", {"note": ""}).status_code == 409
        assert manager.post(f"{page}renewal/review/", {"approve": "1"}).status_code == 302
        assert "建议顺延，待批准" in approver.get(home).content.decode()
        assert approver.post(f"{page}renewal/decide/", {"approve": "1"}).status_code == 302
        health = manager.get(f"{page}health/").content.decode()
        assert "可以顺延壹年。" in health
        assert "协议没有写明户数不足的后果" in health
        assert manager.post(f"{page}renew/").status_code == 302
    with acting(actor):
        assert agreements.agreement(made).ends_on == date(2029, 10, 11)


def test_an_agreement_goes_from_draft_to_effect_by_its_page(
    world: World, login: Callable[..., Client], actor: Actor
) -> None:
    bank = world.organizations["HF"][0]
    manager = login()
    number = number_of("HF", 111)
    premiums = {
        "premium-TOTAL_FORMS": 2,
        "premium-1-number": number,
        "premium-1-grade": "AAA",
        "premium-1-prepayment": "3600.00",
        "premium-1-months": 12,
        "premium-1-minimum_monthly": "89.00",
    }
    with clock.at_time(NOW):
        drafted = manager.post(reverse("agreements:draft"), draft_fields(bank, **premiums))
        assert drafted.status_code == 302
        page = drafted["Location"]
        agreement_id = int(page.rstrip("/").split("/")[-1])
        revised = manager.get(reverse("agreements:revise", args=[agreement_id]))
        assert number in revised.content.decode()
        sheet = SimpleUploadedFile("members.xlsx", xlsx(member_rows(3)))
        assert manager.post(page + "members/accept/", {"sheet": sheet}).status_code == 302
        reviewer = login("department_manager", "AH")
        steps = (
            (manager, "submit", {}, 302),
            (reviewer, "review", {}, 409),
            (reviewer, "review", {"note": "请改有效期"}, 302),
            (manager, "submit", {}, 302),
            (manager, "print", {}, 409),
            (manager, "review", {"approve": "1"}, 409),
            (reviewer, "review", {"approve": "1"}, 302),
            (manager, "print", {}, 302),
        )
        for client, step, sent, status in steps:
            assert client.post(f"{page}{step}/", sent).status_code == status, (step, sent)
        signature = {
            "signer_name": "何守正",
            "signer_role": "legal_representative",
            "power_of_attorney": "",
            "signed_on": "2026-12-20",
            "sealed_on": "2026-12-20",
        }
        for side in "ab":
            assert manager.post(f"{page}sign/", {**signature, "side": side}).status_code == 302
            handler = {**signature, "side": side, "signer_role": "handler"}
            assert manager.post(f"{page}attachments/1/sign/", handler).status_code == 302
        original = {"ordinal": 1, "side": "a", "holder": "冯立群", "place": "档案室"}
        assert manager.post(f"{page}originals/", original).status_code == 302
    with acting(actor):
        agreement = agreements.agreement(agreement_id)
        assert (agreement.state, agreement.effective_on) == (AgreementState.EFFECTIVE, date(2026, 12, 20))
        assert [p.number for p in agreements.premiums(agreement_id)] == [number]
        assert len(agreements.originals(agreement_id)) == 1


def test_a_signature_that_is_refused_keeps_what_was_entered(
    world: World, login: Callable[..., Client], actor: Actor, at: datetime, snapshot: Callable[[], str]
) -> None:
    bank = world.organizations["HF"][0]
    manager = login()
    page = manager.post(reverse("agreements:draft"), draft_fields(bank))["Location"]
    manager.post(f"{page}submit/")
    login("department_manager", "AH").post(f"{page}review/", {"approve": "1"})
    manager.post(f"{page}print/")
    before = snapshot()
    answer = manager.post(
        f"{page}sign/",
        {
            "side": "a",
            "signer_name": "李委托",
            "signer_role": "authorised_representative",
            "power_of_attorney": "",
            "signed_on": "2026-10-10",
            "sealed_on": "2026-10-10",
        },
    )
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert CLAUSE.format("P2-29") in shown
    assert 'value="李委托"' in shown
    assert snapshot() == before


def test_the_member_sheet_is_checked_without_being_taken(
    thread: Thread, login: Callable[..., Client], snapshot: Callable[[], str]
) -> None:
    manager = login()
    page = reverse("agreements:members", args=[thread.open_agreement])
    rows = member_rows(2, start=40)
    rows[1][1] = "340102198001010000"
    before = snapshot()
    sent = {"sheet": SimpleUploadedFile("m.xlsx", xlsx(rows))}
    checked = manager.post(page + "check/", sent, headers={"hx-request": "true"}).content.decode()
    assert "REG-13" in checked
    assert "下载问题清单" in checked
    listed = manager.post(page + "problems.xlsx", {"sheet": SimpleUploadedFile("m.xlsx", xlsx(rows))})
    book = openpyxl.load_workbook(io.BytesIO(listed.content))
    assert "身份证" in str(book.active.cell(3, 8).value)  # type: ignore[union-attr]
    refused = manager.post(page + "accept/", {"sheet": SimpleUploadedFile("m.xlsx", xlsx(rows))})
    assert refused.status_code == 409
    assert snapshot() == before


def test_what_is_no_sheet_is_refused_at_the_field_or_with_a_reason(
    thread: Thread, login: Callable[..., Client]
) -> None:
    manager = login()
    page = reverse("agreements:members", args=[thread.open_agreement])
    text = SimpleUploadedFile("m.txt", b"hello")
    assert "只接受这些文件" in manager.post(page + "check/", {"sheet": text}).content.decode()
    broken = SimpleUploadedFile("m.xlsx", b"PK no zip")
    answer = manager.post(page + "check/", {"sheet": broken}, headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert 'class="refusals"' in answer.content.decode()


def order_fields(world: World, organization: int, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "handler": world.handlers[organization],
        "payment_method": "cash",
        "security": "",
        "idempotency_key": "a-key",
    }
    for kind in (
        "handler_id",
        "authorisation",
        "registration_certificate",
        "network_agreement",
        "sub_user_table",
    ):
        fields[f"paper_{kind}_reference"] = f"no-{kind}"
        fields |= {f"paper_{kind}_{mark}": "on" for mark in ("original_seen", "sealed", "copy_kept")}
    return {**fields, **more}


def test_the_counter_shows_every_reason_before_the_order_is_placed(
    thread: Thread, world: World, login: Callable[..., Client], snapshot: Callable[[], str]
) -> None:
    clerk = login("clerk")
    before = snapshot()
    page = reverse("counter:check", args=[thread.open_agreement])
    bare = {"handler": world.handlers[thread.organization], "payment_method": "cash", "idempotency_key": "k"}
    shown = clerk.post(page, bare, headers={"hx-request": "true"}).content.decode()
    assert shown.count(CLAUSE.format("S01-A1")) == 5
    assert " disabled" in shown
    allowed = clerk.post(page, order_fields(world, thread.organization)).content.decode()
    assert "受理条件全部满足" in allowed
    assert " disabled" not in allowed
    assert snapshot() == before


def test_an_order_is_placed_once_however_often_it_is_sent(
    thread: Thread, world: World, login: Callable[..., Client], actor: Actor
) -> None:
    clerk = login("clerk")
    page = reverse("counter:new", args=[thread.open_agreement])
    first, second = (clerk.post(page, order_fields(world, thread.organization)) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    progress = clerk.get(first["Location"] + "progress/").content.decode()
    assert "every 1500ms" in progress
    with acting(actor):
        found = orders_of_organization(thread.organization)
        placed = next(one for one in found if first["Location"].endswith(f"/{one.id}/"))
        assert placed.item_count == 2
    desk.execute(order_id=placed.id, actor=actor, at=NOW)
    done = clerk.get(first["Location"] + "progress/", headers={"hx-request": "true"})
    assert done["HX-Refresh"] == "true"


def test_an_order_without_papers_is_refused_on_its_form(
    thread: Thread, world: World, login: Callable[..., Client], actor: Actor, snapshot: Callable[[], str]
) -> None:
    clerk = login("clerk")
    with acting(actor):
        orders = find_orders()
    before = snapshot()
    sent = {"handler": world.handlers[thread.organization], "payment_method": "cash", "idempotency_key": "k"}
    answer = clerk.post(reverse("counter:new", args=[thread.open_agreement]), sent)
    assert answer.status_code == 409
    assert answer.content.decode().count(CLAUSE.format("S01-A1")) == 5
    assert snapshot() == before
    with acting(actor):
        assert find_orders() == orders


def test_a_bill_says_why_each_amount(thread: Thread, login: Callable[..., Client]) -> None:
    shown = login("billing_officer").get(reverse("billing:show", args=[thread.bill])).content.decode()
    for words in ("66.00元 × 1月 = 66.00元", "皖通信资费备〔2026〕1号", "P2-06", "不需取整", "9%", "¥66.00"):
        assert words in shown


def test_a_premium_deposit_stands_on_the_bill_and_the_account(
    thread: Thread, login: Callable[..., Client]
) -> None:
    officer = login("billing_officer")
    for page in (
        reverse("billing:show", args=[thread.bill]),
        reverse("billing:account", args=[thread.account]),
    ):
        assert "¥12,000.00" in officer.get(page).content.decode()


def test_a_payment_meets_the_bills_of_a_month(
    thread: Thread, login: Callable[..., Client], actor: Actor, snapshot: Callable[[], str]
) -> None:
    clerk = login("clerk")
    page = reverse("billing:pay", args=[thread.organization])
    sent = {
        "months": ["2026-10"],
        "amount": "132.00",
        "method": "pos",
        "reference": "",
        "idempotency_key": "p",
    }
    before = snapshot()
    refused = clerk.post(page, {**sent, "amount": "9999.00"})
    assert refused.status_code == 409
    assert snapshot() == before
    first, second = (clerk.post(page, sent) for _ in range(2))
    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    with acting(actor):
        assert len(payments_of_organization(thread.organization)) >= 2
        assert {b.state.value for b in bills_of_organization(thread.organization)} == {"paid"}


def test_a_bill_run_is_refused_before_the_month_is_over(
    world: World, login: Callable[..., Client], snapshot: Callable[[], str]
) -> None:
    officer = login("billing_officer")
    before = snapshot()
    with clock.at_time(NOW):
        answer = officer.post(reverse("billing:start"), {"month": "2026-12"})
    assert answer.status_code == 409
    assert "尚未结束" in answer.content.decode()
    assert snapshot() == before


def test_a_bill_run_is_started_by_a_job(world: World, login: Callable[..., Client]) -> None:
    officer = login("billing_officer")
    with clock.at_time(NOW):
        started = officer.post(reverse("billing:start"), {"month": "2026-11"})
        assert started.status_code == 302
        assert officer.get(started["Location"]).status_code == 200
        progress = officer.get(started["Location"] + "progress/", headers={"hx-request": "true"})
    assert "every 2s" in progress.content.decode()


USAGE = """source,record_id,line_number,kind,direction,other_party,started_at,quantity,zone
HF01,1,18655100001,voice,mo,13800000000,2026-10-20T10:00:00+08:00,61,local
HF01,2,18655100001,voice,mo,13800000000,2026-10-20T11:00:00+08:00,-5,local
HF01,1,18655100001,voice,mo,13800000000,2026-10-20T10:00:00+08:00,61,local
"""


def test_a_usage_file_is_taken_once_and_says_why_rows_were_not(
    world: World, login: Callable[..., Client]
) -> None:
    officer = login("billing_officer")

    def send(content: str) -> str:
        sent = {"file": SimpleUploadedFile("../hf01.csv", content.encode())}
        return officer.post(reverse("billing:upload"), sent, follow=True).content.decode()

    shown = send(USAGE)
    assert "hf01.csv" in shown
    assert "数量不合规" in shown
    assert "文件内重复" in shown
    assert "以前收过" in send(USAGE)
    assert "缺少列" in send("a,b\n1,2\n")


def test_identity_numbers_are_masked_on_every_page(thread: Thread, login: Callable[..., Client]) -> None:
    import re

    clients = {role: login(role) for role in set(readable(thread).values())}
    for page, role in readable(thread).items():
        with clock.at_time(NOW):
            answer = clients[role].get(page)
        if answer["Content-Type"].startswith("text/html"):
            # A form gives back to the clerk what he has written of the papers before him.
            shown = re.sub(r'<input[^>]*name="paper_\w+_reference"[^>]*>', "", answer.content.decode())
            bare = re.findall(r"(?<![0-9A-Za-z])\d{17}[\dX](?![0-9A-Za-z])", shown)
            assert bare == [], page


def test_five_wrong_passwords_suspend_the_login(world: World) -> None:
    visitor = Client(SERVER_NAME="localhost")
    wrong = {"username": logins("clerk", "HF"), "password": "wrong"}
    answers = [visitor.post(reverse("staff:login"), wrong) for _ in range(6)]
    assert answers[0].status_code == 200
    assert "登录名或密码不对" in answers[0].content.decode()
    assert answers[-1].status_code == 429
    assert "暂停登录" in answers[-1].content.decode()


def test_logging_out_ends_the_session(login: Callable[..., Client]) -> None:
    client = login()
    assert client.post(reverse("staff:logout")).status_code == 302
    assert client.get(reverse("staff:home")).status_code == 302
