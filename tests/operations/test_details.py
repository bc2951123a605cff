"""详单 (S22, S23): whose, of when, without what is masked, on every way out; and every look is kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest
from django.conf import settings
from msoffcrypto.exceptions import InvalidKeyError
from pypdf import PdfReader, PdfWriter

from tests.codes import resident_id
from tests.items import application, with_card
from tests.lines import Connected, accounts, connect
from tests.support import snapshot
from tests.world import World
from trunkline.billing import queries as billing
from trunkline.counter import desk
from trunkline.counter.detail_files import (
    PART_RECORDS,
    details_pdf,
    details_workbook,
    encrypted_pdf,
    encrypted_workbook,
)
from trunkline.counter.detail_sending import send_details
from trunkline.counter.details import ACCESS_HOURS, details_page
from trunkline.counter.registry import service_item
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.kernel.sheets import write_sheet
from trunkline.messaging import operations as messaging
from trunkline.messaging.types import MessageKind, MessageToSend
from trunkline.ordering.settings import adjust_rule
from trunkline.ordering.types import OrderState, OrderView, VerificationKind
from trunkline.ordering.verification import record_verification
from trunkline.party.operations import register_handler
from trunkline.party.types import HandlerDetails
from trunkline.rating.queries import detail_accesses
from trunkline.rating.types import DetailWay, UsageKind
from trunkline.runs.billrun import run_month
from trunkline.runs.intake import take_usage_file
from trunkline.security.audit import acting
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import DetailType, LineView, NameType, StopCause

OCTOBER = Month(2026, 10)
CONNECTED = datetime(2026, 9, 10, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 12, 2, tzinfo=UTC)
HEADER = "source,record_id,line_number,kind,direction,started_at,quantity,zone,other_party"
MAILBOX = "handler@bank.example.com"
#: The identity card of `own_handler`.
OWN_CARD = resident_id("340102", "19880808", 6)


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own for each test: the database is rolled back, the files would stay."""
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", tmp_path / "var")


@dataclass
class Desk:
    """Three lines with usage in October, and the staff."""

    world: World
    system: Actor
    clerk: Actor
    manager: Actor
    lines: list[Connected]
    folder: Path
    taken: int = 0

    def use(self, *rows: str) -> None:
        """Take usage in: ``line kind direction day-of-october quantity zone`` each."""
        written = []
        for row in rows:
            place, kind, direction, moment, quantity, zone = row.split()
            self.taken += 1
            started = moment if "T" in moment else f"2026-10-{moment}T12:00:00+08:00"
            number = self.lines[int(place)].number if len(place) == 1 else place
            written.append(f"msc,r{self.taken},{number},{kind},{direction},{started},{quantity},{zone},10086")
        path = self.folder / f"usage{self.taken}.csv"
        path.write_text("\n".join([HEADER, *written]) + "\n", encoding="utf-8")
        result = take_usage_file(path=path, actor=self.system, at=NOW)
        assert result.accepted == len(written), result.reasons

    def order(
        self,
        item: str = "detail_query",
        lines: list[Connected] | None = None,
        *,
        by: Actor | None = None,
        at: datetime = NOW,
        handler: int | None = None,
        **details: str,
    ) -> OrderView:
        if item == "detail_query":
            details.setdefault("delivery", "screen")
        request = application(self.world, item, lines or [], details={"month": "2026-10", **details})
        if handler is not None:
            request = replace(with_card(request, OWN_CARD), handler_id=handler)
        placed = desk.place(request=request, actor=by or self.clerk, at=at)
        assert placed.state is OrderState.COMPLETED
        return placed

    def mask(self, *types: DetailType, line: int = 0, at: datetime = NOW - timedelta(days=1)) -> None:
        subscriptions.set_masks(
            line_ids=[self.lines[line].line_id], detail_types=list(types), actor=self.system, at=at
        )


@pytest.fixture
def scene(world: World, actor: Actor, make_actor: Callable[..., Actor], tmp_path: Path) -> Desk:
    return Desk(
        world,
        actor,
        make_actor(role="clerk", branch="HF"),
        make_actor(role="account_manager", branch="HF"),
        connect(world, actor, CONNECTED, 3),
        tmp_path,
    )


EVERYTHING = (
    "0 voice mo 03 61 local",
    "0 voice mt 04 30 local",
    "0 sms mo 05 1 local",
    "0 mms mo 06 1 local",
    "0 data mo 07 3000000 local",
    "1 voice mo 08 7200 local",
    "1 voice mo 09 60 roaming",
)


def cells(content: bytes) -> list[tuple[str, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [tuple(cell or "" for cell in row) for row in sheet.iter_rows(min_row=2, values_only=True)]


def words(pdf: bytes, password: str | None = None) -> str:
    reader = PdfReader(io.BytesIO(pdf), password=password)
    return "".join(page.extract_text() for page in reader.pages)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[tuple[str, str]]:
    return {(refusal.code, refusal.clause) for refusal in refused.value.refusals}


def test_the_whole_organisation_sees_all_its_records_in_the_order_of_events(scene: Desk) -> None:
    scene.use(*reversed(EVERYTHING))
    page = details_page(scene.order().id, actor=scene.clerk, at=NOW)
    assert [row.started_at.day for row in page.rows] == [3, 4, 5, 6, 7, 8, 9]
    first = page.rows[0]
    assert (first.number, first.kind.zh, first.direction.zh, first.amount.zh, first.zone.zh, first.other_party) == (
        scene.lines[0].number, "语音通话", "主叫", "0:01:01", "本地", "10086",
    )  # fmt: skip
    assert page.rows[4].amount.zh == "2.86 MB"
    assert page.sums.records == 7
    assert page.provisional


def test_a_chosen_line_a_number_a_kind_and_a_leaf_narrow_what_is_shown_and_summed(scene: Desk) -> None:
    scene.use(*EVERYTHING)
    one = scene.order(lines=scene.lines[:1])
    page = details_page(one.id, actor=scene.clerk, at=NOW)
    assert {row.number for row in page.rows} == {scene.lines[0].number}
    assert details_page(one.id, line=scene.lines[1].number, actor=scene.clerk, at=NOW).sums.records == 0
    whole = scene.order()
    voice = details_page(whole.id, kind=UsageKind.VOICE, actor=scene.clerk, at=NOW)
    assert (voice.sums.records, voice.records_of_month) == (4, 7)
    other = details_page(whole.id, line=scene.lines[1].number, actor=scene.clerk, at=NOW)
    assert {row.number for row in other.rows} == {scene.lines[1].number}
    leaves = [details_page(whole.id, limit=3, offset=at, actor=scene.clerk, at=NOW) for at in (0, 3, 6)]
    assert [len(leaf.rows) for leaf in leaves] == [3, 3, 1]
    together = [row for leaf in leaves for row in leaf.rows]
    assert sum((row.charge or ZERO for row in together), ZERO) == leaves[0].sums.charge


def test_the_charges_are_those_the_bill_was_made_from(scene: Desk, world: World) -> None:
    scene.use("0 voice mo 03 7261 local", "0 data mo 07 300000001 local", "0 data mo 09 400000000 local")
    with acting(scene.system):
        run_month(month=OCTOBER, actor=scene.system, at=NOW)
        bill = next(b for b in billing.bills_of_account(scene.lines[0].account_id) if b.month == OCTOBER)
        usage = [line for line in billing.bill_lines(bill.id) if ".mo." in line.code]
    page = details_page(scene.order(lines=scene.lines[:1]).id, actor=scene.clerk, at=NOW)
    assert not page.provisional
    for kind, code in ((UsageKind.VOICE, "voice.mo.local"), (UsageKind.DATA, "data.mo.local")):
        shown = details_page(scene.order(lines=scene.lines[:1]).id, kind=kind, actor=scene.clerk, at=NOW)
        assert shown.charge_in_fen == sum((line.amount for line in usage if line.code == code), ZERO)
    assert page.sums.charge > 0


def test_a_record_without_a_price_is_shown_without_a_charge(scene: Desk) -> None:
    scene.use("0 voice mo 03 60 antarctica", "0 voice mo 04 60 local")
    page = details_page(scene.order().id, actor=scene.clerk, at=NOW)
    assert [row.charge is None for row in page.rows] == [True, False]
    assert (page.sums.records, page.sums.unrated) == (2, 1)


HIDDEN = {
    DetailType.VOICE: {"语音通话"},
    DetailType.SMS: {"短信", "彩信"},
    DetailType.DATA: {"上网流量"},
}


@pytest.mark.parametrize("masked", HIDDEN)
def test_what_is_masked_is_on_no_way_out_and_not_even_counted(scene: Desk, masked: DetailType) -> None:
    scene.use(*EVERYTHING[:5])
    scene.mask(masked)
    kinds = {"语音通话", "短信", "彩信", "上网流量"}
    order = scene.order()
    page = details_page(order.id, actor=scene.clerk, at=NOW)
    assert {row.kind.zh for row in page.rows} == kinds - HIDDEN[masked]
    assert page.sums.records == len(page.rows) == page.records_of_month
    *rows, total = cells(details_workbook(order.id, actor=scene.clerk, at=NOW))
    assert {row[2] for row in rows} == kinds - HIDDEN[masked]
    assert total[1].startswith(f"{len(page.rows)} 条")
    text = words(details_pdf(order.id, actor=scene.clerk, at=NOW))
    assert not any(kind in text for kind in HIDDEN[masked])
    assert f"{len(page.rows)} 条" in text
    book, paper, _ = mailed(scene)
    *rows, _ = cells(book)
    assert {row[2] for row in rows} == kinds - HIDDEN[masked]
    assert not any(kind in paper for kind in HIDDEN[masked])


def test_a_roaming_mask_hides_every_kind_used_away(scene: Desk) -> None:
    scene.use("0 voice mo 03 60 roaming", "0 data mo 04 60 roaming", "0 voice mo 05 60 local")
    scene.mask(DetailType.ROAMING)
    page = details_page(scene.order().id, actor=scene.clerk, at=NOW)
    assert [(row.zone.zh, row.started_at.day) for row in page.rows] == [("本地", 5)]


def test_a_mask_that_was_lifted_hides_nothing_any_more(scene: Desk) -> None:
    scene.use("0 voice mo 03 60 local")
    scene.mask(DetailType.VOICE, at=NOW - timedelta(days=2))
    scene.mask(at=NOW - timedelta(days=1))
    assert details_page(scene.order().id, actor=scene.clerk, at=NOW).sums.records == 1


def hand_over(scene: Desk, at: datetime) -> int:
    """Transfer the first line to the branch's second organisation; returns that one."""
    other = scene.world.organizations["HF"][1]
    account = accounts(scene.world, scene.system, CONNECTED, 1, organization=other)[0]
    subscriptions.transfer_lines(
        accounts={scene.lines[0].line_id: account},
        organization_id=other,
        users={},
        actor=scene.system,
        at=at,
    )
    return other


def test_after_a_transfer_each_owner_sees_his_own_time_only_to_the_instant(scene: Desk) -> None:
    cut = datetime(2026, 10, 15, 4, tzinfo=UTC)
    scene.mask(DetailType.SMS, at=cut - timedelta(days=2))
    scene.use(
        "0 voice mo 2026-10-15T11:59:59+08:00 60 local",
        "0 voice mo 2026-10-15T12:00:00+08:00 60 local",
        "0 sms mo 14 1 local",
        "0 sms mo 16 1 local",
    )
    other = hand_over(scene, cut)
    old = details_page(scene.order().id, actor=scene.clerk, at=NOW)
    assert [row.started_at for row in old.rows] == [cut - timedelta(seconds=1)], "his mask stays on his time"
    request = application(scene.world, "detail_query", [], details={"month": "2026-10", "delivery": "screen"})
    card = resident_id("340102", "19900101", 7)
    with acting(scene.system):
        theirs = register_handler(
            organization_id=other,
            details=HandlerDetails(
                "周新",
                "13900000000",
                "zhou@example.com",
                "合肥",
                "230001",
                card,
            ),
            actor=scene.system,
            at=CONNECTED,
        )
    asked = replace(with_card(request, card), organization_id=other, handler_id=theirs)
    placed = desk.place(request=asked, actor=scene.clerk, at=NOW)
    new = details_page(placed.id, actor=scene.clerk, at=NOW)
    assert [row.started_at for row in new.rows] == [cut, datetime(2026, 10, 16, 4, tzinfo=UTC)]
    assert new.sums.records == 2


def test_a_line_held_in_none_of_the_months_is_refused_with_nothing_changed(scene: Desk) -> None:
    hand_over(scene, datetime(2026, 10, 15, 4, tzinfo=UTC))
    before = snapshot()
    with pytest.raises(Refused) as refused:
        scene.order(lines=scene.lines[:1], month="2026-11")
    assert codes(refused) == {("detail.not_held", "S02")}
    assert snapshot() == before
    assert scene.order(lines=scene.lines[:1]), "of October he was the owner, until the fifteenth"


@pytest.mark.parametrize(
    ("now", "kept"),
    [("2027-03-31T23:59:59+08:00", True), ("2027-04-01T00:00:00+08:00", False)],
)
def test_five_months_and_the_running_one_are_kept_by_shanghais_months(
    scene: Desk, now: str, kept: bool
) -> None:
    moment = datetime.fromisoformat(now).astimezone(UTC)
    if kept:
        assert scene.order(at=moment)
        return
    before = snapshot()
    with pytest.raises(Refused) as refused:
        scene.order(at=moment)
    assert codes(refused) == {("detail.not_kept", "REG-08")}
    assert snapshot() == before


def test_what_is_too_old_by_now_is_not_shown_though_the_order_is_young(scene: Desk) -> None:
    placed = scene.order(at=datetime.fromisoformat("2027-03-31T23:00:00+08:00"))
    later = datetime.fromisoformat("2027-04-01T00:30:00+08:00")
    with pytest.raises(Refused) as refused:
        details_page(placed.id, actor=scene.clerk, at=later)
    assert codes(refused) == {("detail.not_kept", "REG-08")}


def test_an_order_opens_its_details_for_a_day_or_as_long_as_the_setting_says(scene: Desk) -> None:
    placed = scene.order()
    last = NOW + timedelta(hours=24) - timedelta(seconds=1)
    assert details_page(placed.id, actor=scene.clerk, at=last)
    for look in (details_page, details_workbook, details_pdf):
        with pytest.raises(Refused) as refused:
            look(placed.id, actor=scene.clerk, at=NOW + timedelta(hours=24))
        assert codes(refused) == {("detail.too_late", "S22-A1")}
    with acting(scene.system):
        adjust_rule(
            item=service_item("detail_query"),
            guard=None,
            name=ACCESS_HOURS,
            value=48,
            valid_from=NOW.date(),
            valid_to=None,
            reference="皖通信客〔2026〕9号",
            actor=scene.system,
            at=NOW,
        )
    assert details_page(placed.id, actor=scene.clerk, at=NOW + timedelta(hours=24))


def test_every_look_is_kept_with_who_when_what_and_how_many(scene: Desk) -> None:
    scene.use(*EVERYTHING)
    order = scene.order()
    details_page(order.id, kind=UsageKind.VOICE, limit=2, offset=1, actor=scene.clerk, at=NOW)
    details_workbook(order.id, actor=scene.clerk, at=NOW)
    details_pdf(order.id, actor=scene.clerk, at=NOW)
    kept = [
        (one.way, one.month, one.kind, one.skipped, one.records, one.staff_id, one.door, one.at)
        for one in detail_accesses(order.id)
    ]
    who = (scene.clerk.staff_id, scene.clerk.door, NOW)
    assert kept == [
        (DetailWay.PDF, OCTOBER, "", 0, 7, *who),
        (DetailWay.SHEET, OCTOBER, "", 0, 7, *who),
        (DetailWay.PAGE, OCTOBER, "voice", 1, 2, *who),
    ]


def test_the_sheet_holds_each_month_with_its_sum(scene: Desk) -> None:
    scene.use(*EVERYTHING, "0 sms mo 2026-11-02T12:00:00+08:00 1 local")
    order = scene.order(last_month="2026-11")
    rows = cells(details_workbook(order.id, actor=scene.clerk, at=NOW))
    sums = [row for row in rows if row[0].endswith("合计")]
    assert [row[0] for row in sums] == ["2026-10 合计", "2026-11 合计"]
    for month, total in zip(("2026-10", "2026-11"), sums, strict=True):
        charges = [
            Decimal(row[7]) for row in rows if row[1].startswith(month) and row[7] not in ("", "未批价")
        ]
        assert f"合计 {sum(charges, ZERO):.4f} 元" in total[1]


def test_a_long_month_is_printed_in_parts_that_add_up(scene: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.counter.detail_files.PART_RECORDS", 3)
    scene.use(*EVERYTHING)
    order = scene.order("detail_print")
    texts = [words(details_pdf(order.id, part=part, actor=scene.clerk, at=NOW)) for part in (1, 2, 3)]
    assert ["本部分：3 条" in texts[0], "本部分：3 条" in texts[1], "本部分：1 条" in texts[2]] == [True] * 3
    assert all("本月：7 条" in text for text in texts)
    with pytest.raises(Refused) as refused:
        details_pdf(order.id, part=4, actor=scene.clerk, at=NOW)
    assert codes(refused) == {("detail.no_such_part", "")}
    assert PART_RECORDS == 5_000


def test_paper_carries_the_watermark(scene: Desk) -> None:
    scene.use(*EVERYTHING)
    order = scene.order("detail_print")
    text = words(details_pdf(order.id, actor=scene.clerk, at=NOW))
    bare = "".join(text.split())
    for part in ("合肥示范银行", "冯立群", order.number, "2026年11月12日10:00"):
        assert bare.count(part) >= 3, part


def own_handler(scene: Desk, line: int = 0, email: str = MAILBOX) -> int:
    """A handler whose registered phone is one of the organisation's lines."""
    with acting(scene.system):
        return register_handler(
            organization_id=scene.world.organizations["HF"][0],
            details=HandlerDetails(
                "吴经办", scene.lines[line].number, email, "合肥市长江路1号", "230001",
                OWN_CARD,
            ),
            actor=scene.system,
            at=CONNECTED,
        )  # fmt: skip


def taken_messages(at: datetime, actor: Actor) -> Iterator[MessageToSend]:
    for kind in (MessageKind.EMAIL, MessageKind.SMS):
        message = messaging.hand_over(kind=kind, done=None, actor=actor, at=at)
        assert message is not None
        yield message


def mailed(scene: Desk, **details: str) -> tuple[bytes, str, str]:
    """Send the details by e-mail; the opened sheet, the opened paper's words, the address."""
    order = scene.order(by=scene.manager, handler=own_handler(scene), delivery="email", **details)
    send_details(order_id=order.id, actor=scene.manager, at=NOW)
    mail, message = taken_messages(NOW, scene.system)
    password = message.body.split("密码是")[1][:12]
    assert password not in mail.body + mail.subject
    assert message.recipient == scene.lines[0].number
    book, paper = mail.attachments
    opened = io.BytesIO()
    file = msoffcrypto.OfficeFile(io.BytesIO(book.content))
    assert file.is_encrypted()
    file.load_key(password=password, verify_password=True)
    file.decrypt(opened)
    return opened.getvalue(), words(paper.content, password), mail.recipient


def test_the_mail_goes_to_the_registered_mailbox_and_opens_with_the_password_of_the_short_message(
    scene: Desk,
) -> None:
    scene.use(*EVERYTHING)
    book, paper, address = mailed(scene)
    assert address == MAILBOX
    assert len(cells(book)) == 8
    assert "7 条" in paper


def test_a_mail_is_sent_once_and_kept_as_a_look(scene: Desk) -> None:
    scene.use(*EVERYTHING)
    order = scene.order(by=scene.manager, handler=own_handler(scene), delivery="email")
    assert send_details(order_id=order.id, actor=scene.manager, at=NOW) == 1
    assert send_details(order_id=order.id, actor=scene.manager, at=NOW) == 0
    assert [(one.way, one.records) for one in detail_accesses(order.id)] == [(DetailWay.EMAIL, 7)]
    with pytest.raises(Refused) as refused:
        details_page(order.id, actor=scene.clerk, at=NOW)
    assert codes(refused) == {("detail.mailed_only", "S22-A1")}


def test_nobody_can_name_another_address(scene: Desk) -> None:
    handler = own_handler(scene)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        scene.order(by=scene.manager, delivery="email", email="else@example.com", handler=handler)
    assert codes(refused) == {("order.field_unknown", "")}
    assert snapshot() == before


@pytest.mark.parametrize("item", ["detail_query", "detail_print"])
def test_the_card_that_is_shown_is_the_handlers_own(scene: Desk, item: str) -> None:
    request = application(
        scene.world,
        item,
        scene.lines[:1],
        details={"month": "2026-10"} | ({"delivery": "screen"} if item == "detail_query" else {}),
    )
    before = snapshot()
    for number, code in ((OWN_CARD, "detail.not_his_card"), ("G12345678", "detail.no_id_card")):
        with pytest.raises(Refused) as refused:
            desk.place(request=with_card(request, number), actor=scene.clerk, at=NOW)
        assert codes(refused) == {(code, "S22-A1")}
    assert snapshot() == before
    assert desk.place(request=request, actor=scene.clerk, at=NOW).state is OrderState.COMPLETED


def test_through_an_account_manager_nothing_is_shown_on_a_screen(scene: Desk) -> None:
    before = snapshot()
    with pytest.raises(Refused) as refused:
        scene.order(by=scene.manager)
    assert codes(refused) == {("detail.mailbox_only", "S22-A1")}
    assert snapshot() == before


@pytest.mark.parametrize("stopped", [True, False])
def test_the_password_goes_to_a_line_of_the_organisation_in_service_or_nowhere(
    scene: Desk, stopped: bool
) -> None:
    handler = own_handler(scene) if stopped else None
    if stopped:
        subscriptions.stop_lines(
            line_ids=[scene.lines[0].line_id], cause=StopCause.LOSS, actor=scene.system, at=NOW
        )
    before = snapshot()
    with pytest.raises(Refused) as refused:
        scene.order(by=scene.manager, delivery="email", handler=handler)
    assert codes(refused) == {("detail.no_way_for_password", "S22-A1")}
    assert snapshot() == before


def test_an_enciphered_file_opens_with_its_password_only() -> None:
    book = encrypted_workbook(write_sheet(["号码"], [["18655100001"]]), "RIGHT2345678")
    assert b"18655100001" not in book
    file = msoffcrypto.OfficeFile(io.BytesIO(book))
    with pytest.raises(InvalidKeyError):
        file.load_key(password="WRONG2345678", verify_password=True)
    plain = io.BytesIO()
    blank = PdfWriter()
    blank.add_blank_page(200, 200)
    blank.write(plain)
    pdf = encrypted_pdf(plain.getvalue(), "RIGHT2345678")
    sealed = PdfReader(io.BytesIO(pdf))
    assert sealed.is_encrypted
    assert sealed.decrypt("WRONG2345678") == 0
    assert sealed.decrypt("RIGHT2345678") != 0


def test_only_orders_of_these_items_open_details_and_only_with_the_permission(
    scene: Desk, make_actor: Callable[..., Actor]
) -> None:
    order = scene.order()
    for stranger in (
        make_actor(role="auditor", branch="AH"),
        make_actor(role="billing_officer", branch="HF"),
    ):
        with pytest.raises(Refused) as refused:
            details_page(order.id, actor=stranger, at=NOW)
        assert len(refused.value.refusals) == 1
    with pytest.raises(Refused) as refused:
        details_page(order.id, actor=make_actor(role="clerk", branch="WH"), at=NOW)
    assert {code for code, _ in codes(refused)} == {"order.unknown"}
    assert detail_accesses(order.id) == ()


def test_one_lines_service_password_does_not_open_everybodys_details(scene: Desk, world: World) -> None:
    web = replace(scene.clerk, channel=Channel.WEB_HALL)
    proof = record_verification(
        organization_id=world.organizations["HF"][0],
        branch_id=world.branches["HF"],
        line_id=scene.lines[0].line_id,
        kind=VerificationKind.SERVICE_PASSWORD,
        passed=True,
        actor=replace(scene.system, channel=Channel.WEB_HALL),
        at=NOW - timedelta(minutes=1),
    )
    wanted = {"month": "2026-10", "delivery": "screen"}
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(
            request=application(world, "detail_query", [], details=wanted, verification=proof),
            actor=web,
            at=NOW,
        )
    assert codes(refused) == {("detail.one_line_proved", "X-R2")}
    assert snapshot() == before
    own = application(world, "detail_query", scene.lines[:1], details=wanted, verification=proof)
    assert desk.place(request=own, actor=web, at=NOW).state is OrderState.COMPLETED


def test_without_a_handler_there_is_no_mailbox_to_send_to(scene: Desk, world: World) -> None:
    wanted = {"month": "2026-10", "delivery": "email"}
    request = replace(application(world, "detail_query", [], details=wanted), handler_id=None)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=request, actor=replace(scene.clerk, channel=Channel.WEB_HALL), at=NOW)
    assert ("detail.no_mailbox", "S01-R1") in codes(refused)
    assert snapshot() == before


@pytest.mark.parametrize("item_code", ["detail_query", "detail_print"])
def test_a_line_in_an_individuals_name_goes_by_the_rules_for_the_public(
    scene: Desk, item_code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_an_individuals_name(ids: Iterable[int]) -> dict[int, LineView]:
        return {id_: replace(line, name_type=NameType.INDIVIDUAL) for id_, line in lines(ids).items()}

    monkeypatch.setattr("trunkline.counter.detail_items.lines", in_an_individuals_name)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        scene.order(item_code, lines=scene.lines[:1])
    assert codes(refused) == {("line.organisation_name", "X-A2")}
    assert snapshot() == before
