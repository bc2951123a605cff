"""复印留存: scans come with the order, are filed in its transaction, and every look at one is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.items import application
from tests.lines import connect
from tests.support import snapshot
from tests.world import World, logins
from trunkline.counter import desk
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import order_papers, orders_of_organization
from trunkline.ordering.scans import LARGEST, MOST, look_at_scan, media_type_of, order_scans
from trunkline.ordering.types import OrderRequest, PaperKind, Scan
from trunkline.security.audit import acting
from trunkline.security.types import NOT_PERMITTED, Actor
from trunkline.subscriptions.queries import lines

PDF = b"%PDF-1.7\nsome page\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n a picture IEND\xaeB`\x82"
ID, LETTER = PaperKind.HANDLER_ID, PaperKind.LETTER_OF_INTRODUCTION


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def request_(world: World, actor: Actor, at: datetime) -> OrderRequest:
    """A suspension of which no paper is marked as copied."""
    asked = application(world, "suspension", connect(world, actor, at, 1))
    return replace(asked, papers=tuple(replace(paper, copy_kept=False) for paper in asked.papers))


def scans(*given: tuple[PaperKind, str, bytes]) -> tuple[Scan, ...]:
    return tuple(Scan(*one) for one in given)


def codes(request: OrderRequest, clerk: Actor, at: datetime) -> list[str]:
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=request, actor=clerk, at=at)
    assert snapshot() == before
    return [refusal.code for refusal in refused.value.refusals]


def test_a_scan_keeps_the_copy_and_is_filed_with_its_digest(
    request_: OrderRequest, clerk: Actor, at: datetime
) -> None:
    given = scans((ID, "正面.jpg", JPEG), (ID, "反面.png", PNG), (LETTER, r"C:\介绍信.pdf", PDF))
    placed = desk.place(request=replace(request_, scans=given), actor=clerk, at=at)
    filed = order_scans(placed.id)
    assert [(scan.kind, scan.name, scan.media_type) for scan in filed] == [
        (ID, "正面.jpg", "image/jpeg"),
        (ID, "反面.png", "image/png"),
        (LETTER, "介绍信.pdf", "application/pdf"),
    ]
    assert [scan.digest for scan in filed] == [hashlib.sha256(c).hexdigest() for c in (JPEG, PNG, PDF)]
    assert all(paper.copy_kept for paper in order_papers(placed.id))


def test_without_scan_or_mark_the_copy_is_missing(request_: OrderRequest, clerk: Actor, at: datetime) -> None:
    assert codes(request_, clerk, at) == ["order.copy_not_kept"] * len(request_.papers)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ((ID, "x.pdf", b"<html>"), "scan.unreadable"),
        ((ID, "x.pdf", b""), "scan.unreadable"),
        ((ID, "cut.pdf", b"%PDF-1.7 cut short"), "scan.unreadable"),
        ((ID, "cut.jpg", JPEG[:-2]), "scan.unreadable"),
        ((ID, "x.gif", b"GIF89a"), "scan.unreadable"),
        ((ID, "big.pdf", b"%PDF-" + b" " * LARGEST + b"%%EOF"), "scan.too_large"),
        ((PaperKind.SUB_USER_TABLE, "x.pdf", PDF), "scan.of_no_paper"),
    ],
)
def test_what_is_no_scan_of_a_shown_paper_is_refused(
    request_: OrderRequest, clerk: Actor, at: datetime, bad: tuple[PaperKind, str, bytes], code: str
) -> None:
    given = scans((ID, "a.jpg", JPEG), (LETTER, "b.pdf", PDF), bad)
    assert codes(replace(request_, scans=given), clerk, at) == [code]


def test_too_many_pages_are_refused(request_: OrderRequest, clerk: Actor, at: datetime) -> None:
    given = scans((LETTER, "b.pdf", PDF), *[(ID, "a.jpg", JPEG)] * MOST)
    assert codes(replace(request_, scans=given), clerk, at) == ["scan.too_many"]


def test_the_name_of_a_file_decides_nothing() -> None:
    assert [media_type_of(content) for content in (PDF, JPEG, PNG, b"MZ", b"")] == [
        "application/pdf",
        "image/jpeg",
        "image/png",
        "",
        "",
    ]


def test_every_look_leaves_its_audit_row_and_needs_the_permission(
    request_: OrderRequest, clerk: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    given = scans((ID, "a.jpg", JPEG), (LETTER, "b.pdf", PDF))
    placed = desk.place(request=replace(request_, scans=given), actor=clerk, at=at)
    one = order_scans(placed.id)[0].id
    assert look_at_scan(order_id=placed.id, scan_id=one, actor=clerk, at=at) == ("image/jpeg", JPEG)
    with connection.cursor() as cursor:
        cursor.execute("SELECT staff_id FROM security_auditoperation WHERE verb = 'scan.view'")
        assert cursor.fetchall() == [(clerk.staff_id,)]
    with pytest.raises(Refused) as unknown:
        look_at_scan(order_id=placed.id + 1, scan_id=one, actor=clerk, at=at)
    assert unknown.value.refusals[0].code == "scan.unknown"
    for reader, code in (
        (make_actor(role="billing_officer", branch="AH"), NOT_PERMITTED.code),
        (make_actor(role="clerk", branch="WH"), "scan.unknown"),
    ):
        with pytest.raises(Refused) as refused:
            look_at_scan(order_id=placed.id, scan_id=one, actor=reader, at=at)
        assert [refusal.code for refusal in refused.value.refusals] == [code]


def test_a_filed_scan_is_never_changed(request_: OrderRequest, clerk: Actor, at: datetime) -> None:
    given = scans((ID, "a.jpg", JPEG), (LETTER, "b.pdf", PDF))
    desk.place(request=replace(request_, scans=given), actor=clerk, at=at)
    for statement in (
        "UPDATE ordering_scancontent SET content = 'x'",
        "UPDATE ordering_paperscan SET name = 'x'",
        "DELETE FROM ordering_scancontent",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_scans_come_with_the_form_and_are_opened_on_the_orders_page(
    world: World, request_: OrderRequest, clerk: Actor, at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    client = Client(SERVER_NAME="localhost")
    client.post(reverse("staff:login"), {"username": logins("clerk", "HF"), "password": DEMO_PASSWORD})
    with acting(clerk):
        number = lines([request_.lines[0].line_id])[request_.lines[0].line_id].number
    sent = {
        "rows": number,
        "handler": str(request_.handler_id),
        "completion": "all_or_nothing",
        "idempotency_key": "scan-1",
        "paper_handler_id_reference": "340102198001010019",
        "paper_handler_id_original_seen": "on",
        "paper_handler_id_scans": [
            SimpleUploadedFile("a.jpg", JPEG),
            SimpleUploadedFile("b.png", PNG),
        ],
        "paper_letter_of_introduction_reference": "介1",
        "paper_letter_of_introduction_sealed": "on",
        "paper_letter_of_introduction_scans": [SimpleUploadedFile("c.txt", PDF)],
    }
    answer = client.post(reverse("counter:apply", args=[bank, "suspension"]), sent)
    assert answer.status_code == 302, answer.content.decode()
    with acting(clerk):
        (order,) = orders_of_organization(bank)
        filed = order_scans(order.id)
    assert [scan.media_type for scan in filed] == ["image/jpeg", "image/png", "application/pdf"]
    page = client.get(reverse("counter:show", args=[order.id])).content.decode()
    assert page.count(f"/orders/{order.id}/scans/") == 3
    opened = client.get(reverse("counter:scan", args=[order.id, filed[0].id]))
    assert (opened.status_code, opened["Content-Type"], opened.content) == (200, "image/jpeg", JPEG)
    assert opened["X-Content-Type-Options"] == "nosniff"
