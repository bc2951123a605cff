"""Invoices over HTTP: for staff, for the customer's portal, and by command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from tests import support
from tests.customers import PASSWORD, Customers, customers
from tests.items import application
from tests.world import World, logins
from trunkline.billing.invoicing import invoices_of_organization
from trunkline.billing.operations import issue_invoice, take_back_invoices, take_payment
from trunkline.billing.queries import bill
from trunkline.billing.types import InvoiceKind, InvoiceRequest, InvoiceView, PaymentView
from trunkline.counter import desk
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.ordering.queries import orders_of_organization
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.types import Actor, Channel

NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Paper:
    """The handler's bill is paid and invoiced as a bill, a colleague's is paid and invoiced as a payment."""

    known: Customers
    own: InvoiceView
    colleagues: InvoiceView
    red: int
    payment: PaymentView


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at_time(NOW):
        yield


@pytest.fixture
def paper(world: World, actor: Actor, at: datetime) -> Paper:
    known = customers(world, actor, at)
    taken = []
    for bill_id in (known.bill, known.colleagues_bill):
        with acting(actor):
            owed = bill(bill_id).cash_due
        taken.append(
            take_payment(
                organization_id=known.bank,
                bill_ids=[bill_id],
                amount=owed,
                method=PaymentMethod.CASH,
                actor=actor,
                at=NOW,
            )
        )

    def issued(**of: int) -> InvoiceView:
        asked = InvoiceRequest(InvoiceKind.ORDINARY, "合肥示范银行", "", **of)
        return issue_invoice(request=asked, actor=actor, at=NOW)

    own, wrong = issued(bill_id=known.bill), issued(payment_id=taken[1].id)
    (red,) = take_back_invoices(invoice_ids=[wrong.id], reason="抬头有误", actor=actor, at=NOW)
    return Paper(known, own, issued(payment_id=taken[1].id), red, taken[1])


def login(world: World, role: str, branch: str = "HF") -> Client:
    client = Client(SERVER_NAME="localhost")
    said = {"username": logins(role, branch), "password": DEMO_PASSWORD}
    assert client.post(reverse("staff:login"), said).status_code == 302
    return client


def visit(number: str, code: str = "") -> Client:
    client = Client(SERVER_NAME="localhost")
    said = {"number": number, "password": PASSWORD, "organization": code}
    assert client.post(reverse("portal:login"), said).status_code == 302
    return client


def read(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200, page
    return answer.content.decode()


def test_staff_find_open_and_print_an_invoice(world: World, paper: Paper) -> None:
    officer, listed = login(world, "billing_officer"), reverse("billing:invoices")
    own, colleagues = paper.own.number, paper.colleagues.number
    shown = read(officer, listed)
    assert own in shown
    assert colleagues in shown
    for query, there, gone in (
        (f"?q={own}", own, colleagues),
        (f"?q={paper.payment.receipt_number}", colleagues, own),
        ("?month=2026-10&state=issued", own, "红字发票</span>"),
        ("?month=2026-11", "没有发票。", own),
    ):
        shown = read(officer, listed + query)
        assert there in shown
        assert gone not in shown.partition("<table")[2], query
    page = read(officer, reverse("billing:invoice", args=[paper.own.id]))
    for words in (own, "合肥示范银行", "9%", "42.20", "3.80", "46.00"):
        assert words in page, words
    red = read(officer, reverse("billing:invoice", args=[paper.red]))
    assert "抬头有误" in red
    assert "冲销发票" in red
    printed = officer.get(reverse("billing:invoice_pdf", args=[paper.own.id]))
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")


def test_an_organisations_bills_tab_lists_its_invoices(world: World, paper: Paper) -> None:
    tab = read(login(world, "account_manager"), reverse("party:tab", args=[paper.known.bank, "bills"]))
    assert reverse("billing:invoice", args=[paper.own.id]) in tab
    assert reverse("billing:invoices") + "?q=" in tab


def test_the_order_that_issued_an_invoice_leads_to_it(world: World, actor: Actor, paper: Paper) -> None:
    take_back_invoices(invoice_ids=[paper.own.id], reason="抬头有误", actor=actor, at=NOW)
    with acting(actor):
        number = bill(paper.known.bill).number
    asked = application(
        world, "invoice_issue", [], details={"document": number, "kind": "ordinary", "title": "新抬头"}
    )
    clerk = replace(actor, channel=Channel.OWN_HALL)
    placed = desk.place(request=asked, actor=clerk, at=NOW)
    with acting(actor):
        if placed.state not in ("completed",):
            desk.execute(order_id=placed.id, actor=clerk, at=NOW)
        made = invoices_of_organization(paper.known.bank)[0]
        (order,) = [one for one in orders_of_organization(paper.known.bank) if one.id == placed.id]
    assert (made.title, order.state) == ("新抬头", "completed")
    shown = read(login(world, "clerk"), reverse("counter:show", args=[placed.id]))
    assert made.number in shown
    assert reverse("billing:invoice", args=[made.id]) in shown
    handler = visit(paper.known.handler.number, paper.known.code)
    shown = read(handler, reverse("portal:order", args=[placed.id]))
    assert reverse("portal:invoice", args=[made.id]) in shown


def test_the_portal_shows_a_handler_all_invoices_and_a_user_those_of_his_own_bills(paper: Paper) -> None:
    handler = visit(paper.known.handler.number, paper.known.code)
    listed = read(handler, reverse("portal:invoices"))
    for made in (paper.own, paper.colleagues):
        assert made.number in listed
        assert made.number in read(handler, reverse("portal:invoice", args=[made.id]))
        printed = handler.get(reverse("portal:invoice_pdf", args=[made.id]))
        assert printed.content.startswith(b"%PDF")
    user = visit(paper.known.handler.number)
    listed = read(user, reverse("portal:invoices"))
    assert paper.own.number in listed
    assert paper.colleagues.number not in listed
    assert paper.own.number in read(user, reverse("portal:invoice", args=[paper.own.id]))


def test_an_invoice_of_somebody_else_is_not_found_and_nothing_changes(
    world: World, actor: Actor, paper: Paper
) -> None:
    strangers = (visit(paper.known.stranger.number), visit(paper.known.handler.number))
    elsewhere = login(world, "clerk", "WH")
    nobody = Client(SERVER_NAME="localhost")
    with acting(actor):
        before = support.snapshot()
    for client in strangers:
        for name in ("portal:invoice", "portal:invoice_pdf"):
            assert client.get(reverse(name, args=[paper.colleagues.id])).status_code == 404
    for name in ("billing:invoice", "billing:invoice_pdf"):
        page = reverse(name, args=[paper.own.id])
        assert elsewhere.get(page).status_code == 404
        assert nobody.get(page)["Location"].startswith("/login/")
        assert elsewhere.post(page).status_code == 405
    assert nobody.get(reverse("portal:invoices"))["Location"] == reverse("portal:login")
    assert paper.own.number not in read(elsewhere, reverse("billing:invoices"))
    with acting(actor):
        assert support.snapshot() == before


def test_invoices_are_listed_found_and_printed_by_command(world: World, paper: Paper, tmp_path: Path) -> None:
    def run(*words: object) -> str:
        done = CliRunner().invoke(cli, ["--as", "billing", "invoice", *map(str, words)])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert paper.own.number in run("list", paper.known.bank, "--json")
    found = run("find", paper.payment.receipt_number, "--in-force", "--json")
    assert paper.colleagues.number in found
    assert paper.own.number not in found
    target = tmp_path / "invoice.pdf"
    run("pdf", paper.own.id, "-o", target)
    assert target.read_bytes().startswith(b"%PDF")
