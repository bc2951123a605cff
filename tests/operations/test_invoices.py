"""Invoices: found by what a clerk knows of them, and printed as they were issued."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader

from tests.lines import connect
from tests.operations.test_billing import OCTOBER, charge, codes, draft
from tests.support import snapshot
from tests.world import World
from trunkline.billing.documents import invoice_document
from trunkline.billing.invoicing import (
    documents_of,
    find_invoices,
    invoice,
    invoice_in_force,
    invoices_of_bills,
    invoices_of_numbers,
    red_letter_of,
)
from trunkline.billing.operations import issue_bills, issue_invoice, take_back_invoices, take_payment
from trunkline.billing.queries import bills_of_account
from trunkline.billing.types import InvoiceKind, InvoiceRequest, InvoiceState, InvoiceView, PaymentView
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.types import Actor

ISSUED = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
TAX_ID = "91340100MA00000076"


def paid(world: World, actor: Actor, at: datetime, count: int = 2) -> list[PaymentView]:
    """Lines whose October bills of 66 yuan are paid, with 14 yuan besides; their payments."""
    lines = connect(world, actor, at, count)
    drafts = [draft(world, line.account_id, charge("66.00")) for line in lines]
    issue_bills(month=OCTOBER, drafts=drafts, actor=actor, at=OCTOBER.end)
    return [
        take_payment(
            organization_id=world.organizations["HF"][0],
            account_id=line.account_id,
            bill_ids=[bill.id for bill in bills_of_account(line.account_id)],
            amount=Decimal("80.00"),
            method=PaymentMethod.CASH,
            actor=actor,
            at=ISSUED,
        )
        for line in lines
    ]


def invoiced(payment: PaymentView, actor: Actor, title: str = "合肥示范银行总行营业部") -> InvoiceView:
    asked = InvoiceRequest(InvoiceKind.SPECIAL, title, TAX_ID, payment_id=payment.id)
    return issue_invoice(request=asked, actor=actor, at=ISSUED)


def text_of(pdf: bytes) -> str:
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(words.split())


def test_invoices_are_found_by_number_receipt_title_month_and_state(
    world: World, actor: Actor, at: datetime
) -> None:
    first, second = paid(world, actor, at)
    one, other = invoiced(first, actor), invoiced(second, actor, "合肥示范银行庐阳支行")
    (red,) = take_back_invoices(invoice_ids=[other.id], reason="抬头有误", actor=actor, at=ISSUED)
    with acting(actor):
        for text, found in (
            (one.number, [one.id]),
            (first.receipt_number, [one.id]),
            ("庐阳支行", [red, other.id]),
            ("合肥示范银行", [red, other.id, one.id]),
            ("没有这个", []),
        ):
            assert [each.id for each in find_invoices(text=text)] == found, text
        assert [each.id for each in find_invoices(Month(2026, 11))] == [red, other.id, one.id]
        assert find_invoices(OCTOBER) == ()
        assert [each.id for each in find_invoices(None, InvoiceState.ISSUED)] == [one.id]
        assert len(find_invoices(limit=1)) == 1
        assert documents_of(find_invoices()) == {
            one.id: first.receipt_number,
            other.id: second.receipt_number,
            red: second.receipt_number,
        }
        made = red_letter_of(other.id)
        assert made is not None
        assert (made.id, made.red_of, red_letter_of(one.id)) == (red, other.id, None)
        assert invoices_of_numbers([one.number, "x"]) == (one,)
        assert invoices_of_bills([bill for bill, _ in first.allocations]) == ()
        assert invoice_in_force(payment_id=first.id, bill_id=None) == one
        with pytest.raises(Refused) as refused:
            invoice_in_force(payment_id=second.id, bill_id=None)
        assert codes(refused) == ["invoice.unknown"]


def test_invoices_of_another_branch_are_not_found(
    world: World, actor: Actor, at: datetime, make_actor: object
) -> None:
    (payment, *_) = paid(world, actor, at, 1)
    made = invoiced(payment, actor)
    stranger = make_actor(role="clerk", branch="WH")  # type: ignore[operator]
    with acting(stranger):
        assert find_invoices() == ()
        with pytest.raises(Refused) as refused:
            invoice(made.id)
    assert codes(refused) == ["invoice.unknown"]


def test_an_invoice_is_printed_as_it_was_issued(world: World, actor: Actor, at: datetime) -> None:
    (payment, *_) = paid(world, actor, at, 1)
    made = invoiced(payment, actor)
    with acting(actor):
        printed = text_of(invoice_document(made.id, ISSUED))
    for words in (
        "增值税专用发票",
        made.number,
        "合肥示范银行总行营业部",
        TAX_ID,
        payment.receipt_number,
        "60.55",
        "5.45",
        "66.00",
        "不征税",
        "人民币捌拾元整",
        "2026年11月3日",
    ):
        assert words in printed, words
    (red,) = take_back_invoices(invoice_ids=[made.id], reason="抬头有误", actor=actor, at=ISSUED)
    with acting(actor):
        taken, printed = text_of(invoice_document(made.id, ISSUED)), text_of(invoice_document(red, ISSUED))
    assert "红字" not in taken
    for words in (invoice(red).number, made.number, "抬头有误", "（负数）人民币捌拾元整"):
        assert words in printed, words


def test_an_invoice_is_taken_back_once(world: World, actor: Actor, at: datetime) -> None:
    (payment, *_) = paid(world, actor, at, 1)
    made = invoiced(payment, actor)
    take_back_invoices(invoice_ids=[made.id], reason="抬头有误", actor=actor, at=ISSUED)
    with acting(actor):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        take_back_invoices(invoice_ids=[made.id], reason="抬头有误", actor=actor, at=ISSUED)
    assert codes(refused) == ["invoice.unknown"]
    with acting(actor):
        assert snapshot() == before
