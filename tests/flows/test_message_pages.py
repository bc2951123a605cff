"""Messages on pages and the command line; and that a service password is seen by nobody but its line (S24-4)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from tests import smsc
from tests.items import application
from tests.lines import Connected, connect, person
from tests.operations.test_messages import end, take, text
from tests.world import World, logins
from trunkline.counter import desk
from trunkline.counter.identity import verify_by_three_checks
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.interfaces.jobs import upkeep
from trunkline.kernel.clock import at_time
from trunkline.messaging.queries import find_messages
from trunkline.messaging.types import MessageKind, MessageState, OutcomeKind, Purpose
from trunkline.ordering.types import OrderState, OrderView
from trunkline.security.tokens import issue_token
from trunkline.security.types import Actor, Channel


def entered(role: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.post(reverse("staff:login"), {"username": logins(role, "HF"), "password": DEMO_PASSWORD})
    return client


def test_the_page_says_how_far_each_message_has_come_and_none_of_its_words(
    world: World, actor: Actor, at: datetime
) -> None:
    text(world, actor, at)
    text(world, actor, at, secret=True)
    end(take(actor, at), OutcomeKind.REJECTED, actor, at, "0x0000000B Invalid Dest Addr")
    shown = entered("auditor").get(reverse("outbox:list")).content.decode()
    for word in ("服务密码", "通知", "待发送", "发送失败", "网关拒绝", "0x0000000B", "186****0000"):
        assert word in shown
    assert "未设网关" in shown
    assert "TRUNKLINE_SMPP_URL" in shown
    for word in ("第0号", "18655100000", "394817"):
        assert word not in shown
    # An auditor looks; who may retry gets the button.
    assert "重发" not in shown
    assert "重发" in entered("billing_officer").get(reverse("outbox:list")).content.decode()


def test_the_page_lists_what_is_asked_for(world: World, actor: Actor, at: datetime) -> None:
    text(world, actor, at, count=2)
    text(world, actor, at, secret=True)
    client = entered("auditor")
    for query, found in (
        ("", 3),
        ("?purpose=notice", 2),
        ("?kind=email", 0),
        ("?line=2", 1),
        ("?state=x", 3),
    ):
        shown = client.get(reverse("outbox:list") + query).content.decode()
        assert shown.count('<span class="state ') == found, query


def test_a_failed_message_is_sent_again_from_the_page_and_a_waiting_one_is_not(
    world: World, actor: Actor, at: datetime
) -> None:
    text(world, actor, at)
    failed = end(take(actor, at), OutcomeKind.REJECTED, actor, at)
    officer = entered("billing_officer")
    page = reverse("outbox:retry", args=[failed.id])
    with at_time(at):
        assert entered("auditor").post(page).status_code == 403
        assert officer.post(page).status_code == 302
        assert officer.post(page).status_code == 409
    assert [view.state for view in find_messages()] == [MessageState.WAITING]
    assert officer.get(page).status_code == 405


def command(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["messages", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_line_lists_and_sends_again(world: World, actor: Actor, at: datetime) -> None:
    text(world, actor, at)
    failed = end(take(actor, at), OutcomeKind.REJECTED, actor, at)
    with at_time(at):
        listed = command("list")
        assert "短信：未设网关（TRUNKLINE_SMPP_URL）" in listed
        assert "186****0000" in listed
        with override_settings(TRUNKLINE_SMPP_URL="smpp://u:hush@127.0.0.1:2775"):
            known = command("list", "--json", "--state", "failed")
        assert "hush" not in known
        data = json.loads(known)
        assert data["gateways"][0]["address"] == "smpp://127.0.0.1:2775"
        assert [message["id"] for message in data["messages"]] == [failed.id]
        assert "重新提交" in command("retry", str(failed.id))
        with override_settings(TRUNKLINE_SMPP_URL="smpp:/x"):
            assert "TRUNKLINE_SMPP_URL: must begin with" in command("list")
        again = CliRunner().invoke(cli, ["messages", "retry", str(failed.id)])
        assert (again.exit_code, "message.not_failed" in again.output) == (2, True)


def test_a_password_is_seen_by_nobody_but_its_line(
    world: World,
    actor: Actor,
    make_actor: Callable[..., Actor],
    at: datetime,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = connect(world, actor, at, 1)[0]
    here = replace(make_actor(role="clerk", branch="HF"), channel=Channel.OWN_HALL)
    monkeypatch.setattr(upkeep, "_gateways", {})
    seen: list[str] = []
    with smsc.smsc() as centre, caplog.at_level(logging.DEBUG), at_time(at):
        proof = verify_by_three_checks(
            number=line.number, name="刘思源", id_number=person(line.number), actor=here, at=at
        ).verification_id
        order = desk.place(
            request=application(world, "service_password_reset", [line], verification=proof),
            actor=here,
            at=at,
        )
        assert order.state is OrderState.COMPLETED
        seen += everything_shown(line, order, actor, at)
        seen.append(everything_kept())
        # Without a gateway it waits; with one it goes to the line.
        upkeep.send_messages(MessageKind.SMS)
        assert centre.arrived == []
        monkeypatch.setattr(upkeep, "_gateways", {})
        with override_settings(TRUNKLINE_SMPP_URL=centre.url):
            upkeep.send_messages(MessageKind.SMS)
            upkeep.tend_messages()
        gateway = upkeep._gateways[MessageKind.SMS]
        assert gateway is not None
        gateway.close()
        (arrived,) = centre.arrived
        seen += everything_shown(line, order, actor, at)
        seen.append(everything_kept())
    (password,) = re.findall(r"[0-9]{6}", arrived.words)
    assert arrived.to == line.number
    seen += [caplog.text, *capsys.readouterr()]
    # Digits within longer numbers and within hexadecimal or base64 words say nothing.
    alone = re.compile(rf"(?<![0-9A-Za-z_=+/-]){password}(?![0-9A-Za-z_=+/-])")
    assert [text[max(0, m.start() - 60) : m.end() + 60] for text in seen for m in alone.finditer(text)] == []
    assert all(len(text) > 100 for text in seen[:-2])


def everything_shown(line: Connected, order: OrderView, actor: Actor, at: datetime) -> list[str]:
    """Pages, API and command line wherever a line, its order or its message shows."""
    clerk, auditor = entered("clerk"), entered("auditor")
    shown = [
        client.get(page).content.decode()
        for client, page in (
            (clerk, reverse("party:line", args=[line.line_id])),
            (clerk, reverse("counter:show", args=[order.id])),
            (auditor, reverse("outbox:list")),
            (auditor, reverse("oversight:audit")),
        )
    ]
    token = issue_token(
        name=f"reader-{len(find_messages(state=MessageState.SENT))}",
        branch_code="HF",
        role="clerk",
        channel=None,
        expires_at=at.replace(year=2027),
        actor=actor,
        at=at,
    )
    for path in (f"/api/v1/orders/{order.number}", f"/api/v1/lines/{line.number}"):
        answer = Client(SERVER_NAME="localhost").get(
            path, headers={"authorization": f"Bearer {token.secret}"}
        )
        assert answer.status_code == 200, answer.content
        shown.append(answer.content.decode())
    runner = CliRunner()
    for arguments in (
        ["messages", "list"],
        ["messages", "list", "--json"],
        ["order", "show", str(order.id), "--json"],
    ):
        result = runner.invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        shown.append(result.output)
    return shown


def everything_kept() -> str:
    """All rows of all tables of the business and of the audit trail, as text."""
    with connection.cursor() as cursor:
        kept = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            kept.append(cursor.fetchone()[0])
    return "\n".join(kept)


def test_a_purpose_is_known_to_pages_in_both_languages() -> None:
    from trunkline.messaging.types import KIND_NAMES, PURPOSE_NAMES, STATE_NAMES, TROUBLE_NAMES, Trouble

    for kind, names in (
        (MessageKind, KIND_NAMES),
        (Purpose, PURPOSE_NAMES),
        (MessageState, STATE_NAMES),
        (Trouble, TROUBLE_NAMES),
    ):
        assert set(names) == set(kind)  # type: ignore[call-overload]
