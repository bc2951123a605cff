"""The 子用户号码表: checked, given back with reasons, accepted, superseded, signed, connected."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.codes import imei, resident_id
from tests.signing import decide_renewal, print_reviewed
from tests.support import check_deferred, snapshot
from tests.world import World, number_of
from trunkline.agreements import checks, documents, queries
from trunkline.agreements import operations as agreements
from trunkline.agreements.members import COLUMNS, check_members, problems_xlsx, template_xlsx
from trunkline.agreements.models import Attachment, Member, MemberSheet
from trunkline.agreements.types import (
    TEMPLATE_RESTRICTIONS,
    AgreementTerms,
    BusinessKind,
    MemberCheck,
    PremiumTerms,
    Side,
    SignerRole,
)
from trunkline.interfaces.cli.demo import reference
from trunkline.kernel.refusals import Refused
from trunkline.kernel.sheets import write_sheet
from trunkline.numbering import operations as number_operations
from trunkline.numbering import queries as numbering
from trunkline.numbering.leases.operations import lease_number
from trunkline.numbering.porting import port_out_numbers
from trunkline.numbering.types import NumberState
from trunkline.party.operations import open_accounts
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.models import AuditChange
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import connect_lines
from trunkline.subscriptions.types import NameType, NewLine

HEADER = [column.title.zh for column in COLUMNS]


def ordinary(branch: str) -> list[str]:
    """Numbers of a branch's stock that are of no grade."""
    numbers = (number_of(branch, i) for i in range(200, 400))
    return [n for n in numbers if not any(re.search(grade[2], n) for grade in reference.GRADES)]


ORDINARY = ordinary("HF")
PREMIUM = number_of("HF", 0)
COMMITMENT = PremiumTerms(PREMIUM, "AAAA", Decimal("12000.00"), 12, Decimal("189.00"))

Row = list[str]


def person(index: int) -> str:
    return resident_id("340102", f"19{70 + index % 30}0{1 + index % 9}15", index)


def row(index: int, **changes: str) -> Row:
    values = {
        "姓名": f"张{'一二三四五六七八九十'[index % 10]}",
        "证件号码": person(index),
        "意向号码": "",
        "套餐": "3G-66",
        "首月资费": "套餐减半",
        "终端型号": "WP-S7",
        "串号": imei(index),
    }
    return [*(values | changes).values()]


def rows(count: int, start: int = 0) -> list[Row]:
    return [row(start + i) for i in range(count)]


def sheet(data: Sequence[Row], header: Sequence[str] = HEADER) -> bytes:
    return write_sheet(header, data)


def draft(world: World, actor: Actor, at: datetime, **changes: Any) -> int:
    terms = AgreementTerms(
        organization_id=world.organizations["HF"][0],
        business_kind=BusinessKind.STANDARD_PLAN,
        business_terms="",
        plan_code="3G-66",
        first_month_mode="half",
        term_years=2,
    )
    return agreements.draft_agreement(terms=replace(terms, **changes), actor=actor, at=at)


def into_force(made: int, actor: Actor, at: datetime) -> None:
    print_reviewed(made, actor=actor, at=at)
    for side in Side:
        agreements.sign_agreement(
            agreement_id=made,
            side=side,
            signer_name="何守正",
            signer_role=SignerRole.LEGAL_REPRESENTATIVE,
            signed_on=at.date(),
            sealed_on=at.date(),
            actor=actor,
            at=at,
        )


def sign(made: int, ordinal: int, actor: Actor, at: datetime, sides: Sequence[Side] = tuple(Side)) -> None:
    for side in sides:
        agreements.sign_attachment(
            agreement_id=made,
            attachment=ordinal,
            side=side,
            signer_name="冯立群",
            signed_on=at.date(),
            sealed_on=at.date(),
            actor=actor,
            at=at,
        )


def accept(made: int, content: bytes, actor: Actor, at: datetime) -> int:
    return agreements.accept_members(agreement_id=made, content=content, actor=actor, at=at)


def check(made: int, content: bytes, actor: Actor, at: datetime) -> MemberCheck:
    with acting(actor):
        return check_members(agreement_id=made, content=content, at=at)


def connect(made: int, world: World, actor: Actor, at: datetime) -> list[int]:
    """Connect whoever may be, as the counter does."""
    with acting(actor):
        ready = queries.connectable_members(made)
    organization = world.organizations["HF"][0]
    number_operations.assign_numbers(
        numbers=[m.number for m in ready], holder=queries.holder_of(made), actor=actor, at=at
    )
    accounts = open_accounts(
        organization_id=organization,
        titles=[m.number for m in ready],
        payment_method=PaymentMethod.CASH,
        isolated=True,
        bank_collection=None,
        actor=actor,
        at=at,
    )
    lines = connect_lines(
        lines=[
            NewLine(m.number, account, m.name, m.id_number, 2, m.first_month_mode, None, m.imei)
            for m, account in zip(ready, accounts, strict=True)
        ],
        organization_id=organization,
        branch_id=world.branches["HF"],
        name_type=NameType.ORGANIZATION,
        actor=actor,
        at=at,
    )
    agreements.link_members(
        pairs=[(m.id, line) for m, line in zip(ready, lines, strict=True)], actor=actor, at=at
    )
    return list(lines)


def refused(call: Callable[[], object]) -> list[str]:
    """The codes of a refusal that has changed nothing."""
    before = snapshot()
    with pytest.raises(Refused) as caught:
        call()
    assert snapshot() == before
    return [refusal.code for refusal in caught.value.refusals]


def broken() -> list[str]:
    return [found.code for found in checks.CHECKS if found.find()]


def test_sixty_rows_are_accepted_and_every_one_has_a_number(world: World, actor: Actor, at: datetime) -> None:
    made = draft(world, actor, at, premiums=(COMMITMENT,))
    data = rows(60)
    data[0][2] = PREMIUM
    data[1][2] = ORDINARY[5]
    assert accept(made, sheet(data), actor, at) == 1
    check_deferred()
    with acting(actor):
        members = queries.members(made)
        assert [m.row for m in members] == list(range(1, 61))
        assert [m.number for m in members[:2]] == [PREMIUM, ORDINARY[5]]
        assert len({m.number for m in members}) == 60
        assert all(
            (m.plan_code, m.first_month_mode, m.terminal_model) == ("3G-66", "half", "WP-S7") for m in members
        )
        held = {r.number for r in numbering.open_reservations(queries.holder_of(made))}
        assert held == {m.number for m in members}
        assert {n.grade for n in numbering.numbers([m.number for m in members[1:]]).values()} == {""}
        (attachment,) = queries.attachments(made)
        assert (attachment.ordinal, attachment.members, attachment.signed_by) == (1, 60, frozenset())
        assert queries.agreement(made).members == 60
        assert documents.attachment_document(made, 1, at).startswith(b"%PDF")
        assert broken() == []
    assert AuditChange.objects.filter(table_name="agreements_member").count() == 60


def test_a_check_says_the_same_and_writes_nothing(world: World, actor: Actor, at: datetime) -> None:
    made = draft(world, actor, at)
    content = sheet([*rows(3), row(3, 姓名="")])
    before = snapshot()
    found = check(made, content, actor, at)
    assert snapshot() == before
    assert not found.accepted
    assert [(r.member.row, [p.code for p in r.problems]) for r in found.faulty] == [
        (4, ["member.name_missing"])
    ]
    assert check(made, sheet(rows(3)), actor, at).accepted


TAKEN, FROZEN, FOREIGN, AWAY = ORDINARY[10:14]


@pytest.fixture
def stock(world: World, actor: Actor, at: datetime) -> None:
    """One number in use, one frozen, one reserved by somebody else, one ported out."""
    options: dict[str, Any] = {"actor": actor, "at": at}
    until = datetime.fromisoformat("2027-06-01T00:00+08:00")
    number_operations.reserve_numbers(
        numbers=[TAKEN, FROZEN, AWAY], purpose="x", holder="order:1", expires_at=until, **options
    )
    number_operations.assign_numbers(numbers=[TAKEN, FROZEN, AWAY], holder="order:1", **options)
    port_out_numbers(numbers=[AWAY], **options)
    number_operations.freeze_numbers(numbers=[FROZEN], until=until, **options)
    number_operations.reserve_number(
        number=FOREIGN, purpose="x", holder="agreement:999999", expires_at=until, **options
    )


WRONG_ID = person(5)[:-1] + ("3" if person(5)[-1] != "3" else "4")


@pytest.mark.parametrize(
    ("changes", "code", "clause"),
    [
        ({"证件号码": WRONG_ID}, "person.id_invalid", "REG-13"),
        ({"证件号码": "1.10105E+17"}, "sheet.digits_lost", ""),
        ({"证件号码": ""}, "member.id_missing", "REG-13"),
        ({"姓名": ""}, "member.name_missing", "REG-13"),
        ({"证件号码": person(0)}, "member.twice_in_sheet", "S01-A1"),
        ({"意向号码": ORDINARY[1]}, "member.number_twice_in_sheet", "S01-A1"),
        ({"串号": imei(0)}, "member.imei_twice_in_sheet", "REG-24"),
        ({"串号": "352099001761482"}, "member.imei_wrong", "REG-24"),
        ({"意向号码": "18699999999"}, "number.unknown", ""),
        ({"意向号码": TAKEN}, "number.taken", ""),
        ({"意向号码": FROZEN}, "number.taken", "REG-11"),
        ({"意向号码": FOREIGN}, "number.taken", ""),
        ({"意向号码": AWAY}, "number.taken", "REG-17"),
        ({"意向号码": number_of("WH", 5)}, "number.other_stock", ""),
        ({"意向号码": PREMIUM}, "member.premium_without_commitment", "P2-02"),
        ({"套餐": "5G-1"}, "member.plan_unknown", "P2-03"),
        ({"套餐": ""}, "member.plan_missing", "P2-03"),
        ({"首月资费": "打对折"}, "member.first_month_unknown", "P2-04"),
        ({"首月资费": ""}, "member.first_month_missing", "P2-04"),
        ({"终端型号": "诺基亚 1100"}, "member.terminal_unknown", "P2-17"),
    ],
)
@pytest.mark.usefixtures("stock")
def test_one_bad_row_refuses_the_sheet_by_its_clause_and_changes_nothing(
    world: World, actor: Actor, at: datetime, changes: dict[str, str], code: str, clause: str
) -> None:
    made = draft(world, actor, at)
    content = sheet([row(0), row(1, 意向号码=ORDINARY[1]), row(2, **changes)])
    (faulty,) = check(made, content, actor, at).faulty
    assert [(p.code, p.clause, p.subject) for p in faulty.problems] == [(code, clause, "3")]
    assert refused(lambda: accept(made, content, actor, at)) == [code]


def test_a_number_kept_at_the_counter_for_the_organisation_is_taken_over_by_its_agreement(
    world: World, actor: Actor, at: datetime
) -> None:
    mine, other = world.organizations["HF"]
    lease_number(number=ORDINARY[1], organization_id=mine, actor=actor, at=at)
    lease_number(number=ORDINARY[2], organization_id=other, actor=actor, at=at)
    made = draft(world, actor, at)
    foreign = sheet([row(0, 意向号码=ORDINARY[2])])
    assert refused(lambda: accept(made, foreign, actor, at)) == ["number.taken"]
    accept(made, sheet([row(0, 意向号码=ORDINARY[1])]), actor, at)
    with acting(actor):
        held = numbering.leases(ORDINARY[1:3])
        assert [held[number].holder for number in ORDINARY[1:3]] == [
            queries.holder_of(made),
            f"organization:{other}",
        ]


def test_a_person_with_five_lines_gets_no_sixth_whatever_the_branch(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    made = draft(world, actor, at)
    same = [row(i, 证件号码=person(1), 意向号码=ORDINARY[i]) for i in range(5)]
    accept(made, sheet(same), actor, at)
    into_force(made, actor, at)
    sign(made, 1, actor, at)
    connect(made, world, actor, at)
    stranger = make_actor(role="account_manager", branch="WH")
    other = draft(world, stranger, at, organization_id=world.organizations["WH"][0])
    content = sheet([row(20), row(21, 证件号码=person(1))])
    assert refused(lambda: accept(other, content, stranger, at)) == ["member.too_many_lines"]
    six = sheet([row(i, 证件号码=person(2), 意向号码=ordinary("WH")[i], 串号="") for i in range(6)])
    assert refused(lambda: accept(other, six, stranger, at)) == ["member.too_many_lines"]


def test_accepted_members_count_before_they_are_connected(world: World, actor: Actor, at: datetime) -> None:
    made, other = draft(world, actor, at), draft(world, actor, at)
    same = [row(i, 证件号码=person(1), 意向号码=ORDINARY[i]) for i in range(5)]
    accept(made, sheet(same), actor, at)
    assert refused(lambda: accept(other, sheet([row(9, 证件号码=person(1))]), actor, at)) == [
        "member.too_many_lines"
    ]
    # The sheet that is replaced does not count against its own successor.
    assert accept(made, sheet(same), actor, at) == 2


def test_a_second_upload_supersedes_the_unsigned_first_and_gives_its_numbers_back(
    world: World, actor: Actor, at: datetime
) -> None:
    made = draft(world, actor, at, premiums=(COMMITMENT,))
    accept(
        made,
        sheet([row(0, 意向号码=PREMIUM), *[row(i, 意向号码=ORDINARY[i]) for i in range(1, 5)]]),
        actor,
        at,
    )
    kept = [row(0), row(2, 意向号码=ORDINARY[2]), row(7, 意向号码=ORDINARY[3])]
    assert accept(made, sheet(kept), actor, at) == 2
    with acting(actor):
        members = queries.members(made)
        assert [m.number for m in members[1:]] == [ORDINARY[2], ORDINARY[3]]
        states = {n.number: n.state for n in numbering.numbers([PREMIUM, *ORDINARY[:5]]).values()}
        assert states[ORDINARY[1]] is states[ORDINARY[4]] is NumberState.IDLE
        assert states[ORDINARY[2]] is states[ORDINARY[3]] is states[PREMIUM] is NumberState.RESERVED
        assert [a.ordinal for a in queries.attachments(made)] == [2]
        assert queries.agreement(made).members == 3
        assert (MemberSheet.objects.count(), Attachment.objects.count(), Member.objects.count()) == (2, 2, 8)
        assert broken() == []
    print_reviewed(made, actor=actor, at=at)
    assert refused(lambda: sign(made, 1, actor, at)) == ["attachment.unknown"]


def test_a_signed_attachment_stays_and_a_further_one_is_added(
    world: World, actor: Actor, at: datetime
) -> None:
    made = draft(world, actor, at)
    first = [row(0, 意向号码=ORDINARY[0]), row(1), row(2)]
    accept(made, sheet(first), actor, at)
    into_force(made, actor, at)
    sign(made, 1, actor, at, sides=[Side.CUSTOMER])
    codes = refused(lambda: accept(made, sheet(first), actor, at))
    assert set(codes) == {"member.already", "member.imei_taken"}
    assert refused(lambda: accept(made, sheet([row(5, 意向号码=ORDINARY[0])]), actor, at)) == [
        "member.number_of_member"
    ]
    assert accept(made, sheet([row(5), row(0, 意向号码=ORDINARY[9], 串号="")]), actor, at) == 2
    with acting(actor):
        assert [(a.ordinal, a.members) for a in queries.attachments(made)] == [(1, 3), (2, 2)]
        assert broken() == []


def test_what_a_signed_attachment_says_cannot_be_changed(world: World, actor: Actor, at: datetime) -> None:
    made = draft(world, actor, at)
    accept(made, sheet(rows(2)), actor, at)
    print_reviewed(made, actor=actor, at=at)
    sign(made, 1, actor, at, sides=[Side.CUSTOMER])
    changed = sheet([row(0, 终端型号="", 串号=""), row(1, 串号="", 套餐="2G-20", 首月资费="")])
    assert refused(lambda: accept(made, changed, actor, at)) == ["member.already", "member.already"]
    with acting(actor):
        problems = [p for one in check(made, changed, actor, at).rows for p in one.problems]
        assert {p.clause for p in problems} == {"P2-31"}
        for change in ("terminal_model = 'HX-900'", "plan_code = '2G-20'", "number = number || '0'"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE agreements_member SET {change}")
        assert broken() == []


def test_only_members_of_attachments_signed_by_both_are_connected_and_then_bound(
    world: World, actor: Actor, at: datetime
) -> None:
    made = draft(world, actor, at)
    accept(made, sheet(rows(3)), actor, at)
    with acting(actor):
        assert [r.code for r in queries.why_not_connectable(made)] == [
            "agreement.wrong_state",
            "attachment.unsigned",
        ]
    into_force(made, actor, at)
    sign(made, 1, actor, at, sides=[Side.CUSTOMER])
    assert refused(lambda: sign(made, 1, actor, at, sides=[Side.CUSTOMER])) == ["signature.side_twice"]
    with acting(actor):
        assert queries.connectable_members(made) == ()
        assert [r.code for r in queries.why_not_connectable(made)] == ["attachment.unsigned"]
        ids = [(m.id, 1) for m in queries.members(made)]
    assert refused(lambda: agreements.link_members(pairs=ids, actor=actor, at=at)) == ["member.not_linkable"]
    sign(made, 1, actor, at, sides=[Side.OPERATOR])
    with acting(actor):
        assert len(queries.connectable_members(made)) == 3
        assert queries.why_not_connectable(made) == ()
    lines = connect(made, world, actor, at)
    with acting(actor):
        assert [m.line_id for m in queries.members(made)] == lines
        assert queries.connectable_members(made) == ()
        assert [r.code for r in queries.why_not_connectable(made)] == ["agreement.all_connected"]
        assert queries.restrictions([*lines, 999_999]) == {
            line: frozenset(TEMPLATE_RESTRICTIONS) for line in lines
        }
        assert queries.agreement(made).connected == 3
        assert queries.member_of_line(lines[0]) == queries.members(made)[0]
        assert broken() == []
        again = [(m.id, m.line_id or 0) for m in queries.members(made)]
    assert refused(lambda: agreements.link_members(pairs=again, actor=actor, at=at)) == [
        "member.not_linkable"
    ]


def test_a_2g_member_may_have_no_first_month_mode(world: World, actor: Actor, at: datetime) -> None:
    made = draft(world, actor, at)
    accept(made, sheet([row(0, 套餐="2G集团套餐20元", 首月资费=""), row(1)]), actor, at)
    with acting(actor):
        assert [(m.plan_code, m.first_month_mode) for m in queries.members(made)] == [
            ("2G-20", None),
            ("3G-66", "half"),
        ]
        assert documents.attachment_document(made, 1, at).startswith(b"%PDF")
        assert broken() == []


def test_a_stock_without_enough_ordinary_numbers_is_told_before_and_refused(
    world: World, actor: Actor, at: datetime
) -> None:
    made = draft(world, actor, at)
    content = sheet(rows(395))
    found = check(made, content, actor, at)
    assert [p.code for p in found.problems] == ["number.stock_exhausted"]
    assert found.faulty == () and not found.accepted
    assert refused(lambda: accept(made, content, actor, at)) == ["number.stock_exhausted"]


def test_an_ended_agreement_takes_no_sheet(world: World, actor: Actor, at: datetime) -> None:
    made = draft(world, actor, at, term_years=1)
    into_force(made, actor, at)
    over = at.replace(year=2027, month=12)
    agreements.mark_expiring(actor=actor, at=over)
    decide_renewal(made, renew=False, actor=actor, at=over)
    agreements.end_agreement(agreement_id=made, actor=actor, at=over)
    assert refused(lambda: accept(made, sheet(rows(1)), actor, over)) == ["agreement.wrong_state"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet.empty_file"),
        (b"name,id\n", "sheet.not_xlsx"),
        (sheet([]), "sheet.no_rows"),
        (sheet(rows(1), HEADER[:-1]), "sheet.column_missing"),
        (write_sheet([*HEADER, "工资"], [[*row(0), "1"]]), "sheet.column_unknown"),
    ],
)
def test_a_file_that_is_no_member_sheet_is_refused(
    world: World, actor: Actor, at: datetime, content: bytes, code: str
) -> None:
    made = draft(world, actor, at)
    assert code in refused(lambda: accept(made, content, actor, at))


@pytest.mark.parametrize(("language", "reason"), [("zh-hans", "原因"), ("en", "Reason")])
def test_the_sheet_comes_back_with_the_persons_own_columns_and_the_reasons(
    world: World, actor: Actor, at: datetime, language: str, reason: str
) -> None:
    made = draft(world, actor, at)
    header = ["证件号码", "姓名", "意向号码", "套餐", "首月资费", "终端型号", "串号"]
    data = [[r[1], r[0], *r[2:]] for r in (row(0), row(1, 姓名="=1+1", 串号="1"))]
    found = check(made, sheet(data, header), actor, at)
    content = problems_xlsx(found, language)
    made_sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    written = [["" if cell is None else cell for cell in line] for line in made_sheet.values]
    assert written[0] == [*header, reason]
    assert written[1] == [*data[0], ""]
    assert written[2][:7] == data[1]
    reasons = written[2][7]
    assert isinstance(reasons, str)
    assert reasons.count(";") == 1
    assert ("串号" in reasons) is (reason == "原因")
    # Corrected, it can be sent again as it is.
    again = check(made, content, actor, at)
    assert [len(r.problems) for r in again.rows] == [0, 2]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_has_the_right_headers_and_is_a_sheet_without_rows(
    world: World, actor: Actor, at: datetime, language: str
) -> None:
    content = template_xlsx(language)
    header = next(iter(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values))
    assert list(header) == [column.title.in_language(language) for column in COLUMNS]
    made = draft(world, actor, at)
    assert refused(lambda: accept(made, content, actor, at)) == ["sheet.no_rows"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_sheet_made_for_an_agreement_is_taken_by_no_other(
    world: World, actor: Actor, at: datetime, language: str
) -> None:
    own, other = draft(world, actor, at), draft(world, actor, at)
    with acting(actor):
        number = queries.agreement(own).number
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx(language, number)))
    for column, cell in enumerate(row(1), 1):
        book.worksheets[0].cell(3, column, cell)
    filled = io.BytesIO()
    book.save(filled)
    content = filled.getvalue()
    assert refused(lambda: accept(other, content, actor, at)) == ["member.sheet_of_another_agreement"]
    with acting(actor):
        (problem,) = check(other, content, actor, at).problems
        assert (problem.clause, problem.subject) == ("P2-30", number)
        told = problems_xlsx(check(own, content, actor, at), language)
    # The sheet with the reasons carries the number as well, and is taken by its own agreement.
    assert refused(lambda: accept(other, told, actor, at)) == ["member.sheet_of_another_agreement"]
    assert accept(own, content, actor, at) == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, actor: Actor, at: datetime) -> None:
    made = draft(world, actor, at)
    counts = []
    for count in (2, 60):
        content = sheet([row(i, 意向号码=ORDINARY[i] if i % 2 else "") for i in range(count)])
        with CaptureQueriesContext(connection) as captured:
            check(made, content, actor, at)
        checked = len(captured)
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            accept(made, content, actor, at)
            transaction.set_rollback(True)
        counts.append((checked, len(captured)))
    assert counts[0] == counts[1]


def test_two_uploads_that_want_the_same_number_have_one_winner(
    world: World, actor: Actor, at: datetime
) -> None:
    first, second = draft(world, actor, at), draft(world, actor, at)
    content = sheet([row(0, 意向号码=ORDINARY[0])])
    assert check(first, content, actor, at).accepted
    assert check(second, content, actor, at).accepted
    accept(first, content, actor, at)
    assert refused(lambda: accept(second, content, actor, at)) == ["number.taken"]


def test_a_members_data_cannot_be_changed_behind_the_attachments_back(
    world: World, actor: Actor, at: datetime
) -> None:
    made = draft(world, actor, at)
    accept(made, sheet(rows(2)), actor, at)
    with acting(actor), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE agreements_member SET name = '李四'")


def test_the_check_finds_an_attachment_that_differs_from_its_hash(
    world: World, actor: Actor, at: datetime
) -> None:
    made = draft(world, actor, at)
    accept(made, sheet(rows(2)), actor, at)
    original = Attachment.objects.get()

    class Broken(Exception):
        pass

    with pytest.raises(Broken), transaction.atomic(), acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('trunkline.operation', (SELECT id::text FROM security_auditoperation LIMIT 1), true)"
        )
        cursor.execute(
            "INSERT INTO agreements_member (sheet_id, branch_id, row, name, id_number, number, plan_code, "
            "terminal_model, imei) SELECT %s, branch_id, 99, name, id_number, number, plan_code, '', '' "
            "FROM agreements_member LIMIT 1",
            [original.sheet_id],
        )
        assert broken() == ["agreement.attachments_unchanged"]
        raise Broken
