"""The API over HTTP, by Django's client: who is let in, what is taken, and how it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests import support
from tests.codes import resident_id
from tests.items import application
from tests.lines import Connected, connect
from tests.products import ORDERS as PRODUCT_ORDERS
from tests.products import product_order
from tests.schemas import problems
from tests.signing import xlsx
from tests.world import World, logins, number_of
from trunkline.counter.registry import service_items
from trunkline.installations.queries import find_installations
from trunkline.interfaces.api.answers import jsonable
from trunkline.interfaces.api.openapi import document
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.ordering.fields import FieldKind
from trunkline.ordering.queries import order_by_number
from trunkline.ordering.scans import order_scans
from trunkline.ordering.types import Change, OrderRequest
from trunkline.party.queries import organization
from trunkline.security.audit import acting
from trunkline.security.queries import actor_by_id, tokens
from trunkline.security.roles import ROLES
from trunkline.security.tokens import issue_token, revoke_token
from trunkline.security.types import Actor, Channel, Door
from trunkline.subscriptions.queries import line_by_number

NOW = datetime.fromisoformat("2026-12-12T10:00:00+08:00")
ROOT = "/api/v1"


@dataclass(frozen=True)
class Answer:
    """A status, the JSON and the headers."""

    status: int
    data: Any
    response: Any

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.data["errors"]]

    @property
    def clauses(self) -> list[str]:
        return [error["clause"] for error in self.data["errors"]]


@dataclass(frozen=True)
class Caller:
    """Another system: what it gets is held against the document, whatever it asks."""

    secret: str

    def get(self, path: str, **query: Any) -> Answer:
        return self._call("get", path, query)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        text = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._call("post", path, text, content_type="application/json", headers=headers)

    def send(self, path: str, parts: Mapping[str, Any]) -> Answer:
        return self._call("post", path, parts)

    def _call(
        self, method: str, path: str, data: Any, headers: Mapping[str, str] = {}, **more: Any
    ) -> Answer:
        client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
        own = {"authorization": f"Bearer {self.secret}"} if self.secret else {}
        with clock.at_time(NOW):
            made = getattr(client, method)(ROOT + path, data, headers={**own, **headers}, **more)
        assert not made.cookies
        if made["Content-Type"] != "application/json":
            return Answer(made.status_code, None, made)
        answer = Answer(made.status_code, json.loads(made.content), made)
        assert problems(answer.data, schema_of(method, path, answer.status), document()) == []
        return answer


def schema_of(method: str, path: str, status: int) -> Mapping[str, Any]:
    """What the document says of an answer; errors are always `Errors`."""
    bare = path.partition("?")[0]
    for route, operations in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), bare) and status < 400 and method in operations:
            found = operations[method]["responses"][str(status)]
            return found["content"]["application/json"]["schema"]  # type: ignore[no-any-return]
    assert status >= 400
    return {"$ref": "#/components/schemas/Errors"}


@pytest.fixture
def issued(world: World, actor: Actor, at: datetime) -> Callable[..., Caller]:
    """`issued("clerk")`: a system with a token of that role."""
    made: Iterator[int] = iter(range(100))

    def issue(role: str = "clerk", branch: str = "HF", channel: Channel | None = None) -> Caller:
        token = issue_token(
            name=f"system-{next(made)}",
            branch_code=branch,
            role=role,
            channel=channel,
            expires_at=NOW + timedelta(days=1),
            actor=actor,
            at=at,
        )
        return Caller(token.secret)

    return issue


@pytest.fixture
def clerk(issued: Callable[..., Caller]) -> Caller:
    return issued()


@pytest.fixture
def lines(world: World, actor: Actor, at: datetime) -> list[Connected]:
    return connect(world, actor, at, 3)


@pytest.fixture
def snapshot(actor: Actor) -> Callable[[], str]:
    def take() -> str:
        with acting(actor):
            return support.snapshot()

    return take


def body_of(request: OrderRequest, *, numbers: Sequence[str] | None = None) -> dict[str, Any]:
    """An application as another system would send it."""
    made: dict[str, Any] = {
        "item": request.item_code,
        "organization": request.organization_id,
        "handler": request.handler_id,
        "papers": [
            {
                "kind": paper.kind.value,
                "reference": paper.reference,
                "original_seen": paper.original_seen,
                "sealed": paper.sealed,
                "copy_kept": paper.copy_kept,
            }
            for paper in request.papers
        ],
        "details": dict(request.details),
        "lines": [{"line": choice.line_id, "values": dict(choice.values)} for choice in request.lines],
        "completion": request.completion.value,
    }
    if numbers is not None:
        made["lines"] = [{"number": number} for number in numbers]
    return {name: value for name, value in made.items() if value is not None}


def suspension(world: World, lines: Sequence[Connected]) -> dict[str, Any]:
    return body_of(application(world, "suspension", lines))


def renumbering(world: World, lines: Sequence[Connected], fresh: Sequence[str]) -> dict[str, Any]:
    body = body_of(application(world, "number_change", lines))
    for line, number in zip(body["lines"], fresh, strict=True):
        line["values"] = {"new_number": number}
    return body


def free(count: int) -> list[str]:
    """Idle ordinary numbers of the Hefei stock: the lines of the tests hold the first."""
    return [number_of("HF", index) for index in (301, 302, 305, 306)][:count]


# Tokens.


def test_a_token_lets_its_system_in_until_it_is_revoked(
    world: World, actor: Actor, at: datetime, snapshot: Callable[[], str]
) -> None:
    made = issue_token(
        name="crm", branch_code="HF", role="clerk", expires_at=NOW + timedelta(days=1), actor=actor, at=at
    )
    caller = Caller(made.secret)
    assert caller.get("/items").status == 200
    revoke_token(name="crm", actor=actor, at=at)
    before = snapshot()
    refused = caller.get("/items")
    assert (refused.status, refused.codes) == (401, ["token.revoked"])
    assert refused.response["WWW-Authenticate"].startswith("Bearer ")
    with pytest.raises(Refused, match="revoked_already"):
        revoke_token(name="crm", actor=actor, at=at)
    with pytest.raises(Refused, match=r"token\.unknown"):
        revoke_token(name="nobody", actor=actor, at=at)
    assert snapshot() == before


def test_an_expired_token_lets_nobody_in(world: World, actor: Actor, at: datetime) -> None:
    made = issue_token(name="crm", branch_code="HF", role="clerk", expires_at=NOW, actor=actor, at=at)
    refused = Caller(made.secret).get("/items")
    assert (refused.status, refused.codes) == (401, ["token.expired"])


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "request.token_missing"),
        ("", "request.token_missing"),
        ("Basic dXNlcjpwYXNz", "request.token_missing"),
        ("Bearer", "request.token_missing"),
        ("Bearer wrong", "token.unknown"),
        ("Bearer tkl_\udcff", "token.unknown"),
        ("Bearer ' OR 1=1 --", "token.unknown"),
    ],
)
def test_without_a_token_that_holds_nobody_is_let_in(world: World, header: str | None, code: str) -> None:
    headers = {} if header is None else {"authorization": header}
    answer = Client(SERVER_NAME="localhost").get(f"{ROOT}/items", headers=headers)
    assert answer.status_code == 401
    assert [error["code"] for error in json.loads(answer.content)["errors"]] == [code]


def test_every_endpoint_needs_a_token_and_a_session_is_none(world: World) -> None:
    browser = Client(SERVER_NAME="localhost")
    browser.post(reverse("staff:login"), {"username": logins("clerk", "HF"), "password": DEMO_PASSWORD})
    for route, operations in document()["paths"].items():
        for method, operation in operations.items():
            answer = getattr(browser, method)(ROOT + re.sub(r"\{\w+\}", "1", route))
            assert answer.status_code == (200 if operation["operationId"] == "openapi" else 401), route


def test_no_secret_is_kept_anywhere(world: World, actor: Actor, at: datetime) -> None:
    made = issue_token(
        name="crm", branch_code="HF", role="clerk", expires_at=NOW + timedelta(days=1), actor=actor, at=at
    )
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM security_apitoken")
        assert [len(digest) for (digest,) in cursor.fetchall()] == [64]
        for table in (
            "security_apitoken",
            "security_staff",
            "security_auditchange",
            "security_auditoperation",
        ):
            cursor.execute(
                f"SELECT count(*) FROM {table} t WHERE strpos(t::text, %s) > 0",
                [made.secret.removeprefix("tkl_")],
            )
            row = cursor.fetchone()
            assert row is not None and row[0] == 0, table


def test_a_token_shows_its_own_branch_only_and_its_system_can_not_log_in(
    world: World, actor: Actor, make_actor: Callable[..., Actor], issued: Callable[..., Caller]
) -> None:
    issued()
    issued(branch="WH")
    with acting(make_actor(role="clerk", branch="WH")):
        assert [token.branch_id for token in tokens()] == [world.branches["WH"]]
    browser = Client(SERVER_NAME="localhost")
    for password in ("", "!", "api:system-0"):
        sent = browser.post(reverse("staff:login"), {"username": "api:system-0", "password": password})
        assert sent.status_code != 302


def test_a_token_can_do_no_more_than_whoever_issues_it(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime, snapshot: Callable[[], str]
) -> None:
    manager = next(role for role in ROLES if role.code == "department_manager")
    held = Actor(
        **{
            field: getattr(actor, field) for field in ("staff_id", "login", "name", "branch_id", "branch_ids")
        },
        permissions=frozenset(manager.permissions),
        door=Door.CLI,
        channel=Channel.BACK_OFFICE,
    )
    given: dict[str, Any] = {"branch_code": "HF", "expires_at": NOW, "at": at}
    before = snapshot()
    for wrong, code in (
        ({"role": "clerk"}, "token.role_too_wide"),
        ({"role": "system"}, "staff.role_unknown"),
        ({"role": "department_manager", "branch_code": "XX"}, "branch.unknown"),
        ({"role": "department_manager", "name": "Über"}, "token.name_unfit"),
        ({"role": "department_manager", "expires_at": at}, "token.term_unfit"),
    ):
        with pytest.raises(Refused, match=code):
            issue_token(**{"name": "crm", **given, **wrong}, actor=held)
    with pytest.raises(Refused, match=r"permission\.missing"):
        issue_token(name="crm", role="clerk", **given, actor=make_actor(role="clerk", branch="HF"))
    assert snapshot() == before
    issue_token(name="crm", role="department_manager", **given, actor=held)
    with pytest.raises(Refused, match=r"token\.name_taken"):
        issue_token(name="crm", role="department_manager", **given, actor=held)


def test_the_command_line_issues_lists_and_revokes_tokens(world: World) -> None:
    def run(*arguments: str) -> Any:
        with clock.at_time(NOW):
            done = CliRunner().invoke(cli, ["token", *arguments, "--json"], prog_name="trunkline")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    made = run("issue", "crm", "--branch", "HF", "--role", "hotline_agent", "--channel", "hotline_10019")
    assert Caller(made["secret"]).get("/items").status == 200
    (listed,) = run("list")
    assert (listed["name"], listed["channel"]) == ("crm", "hotline_10019")
    assert made["secret"] not in json.dumps(listed)
    run("revoke", "crm")
    assert Caller(made["secret"]).get("/items").status == 401


# Asking.


def test_items_and_the_rulebook_are_answered_as_declared(world: World, clerk: Caller) -> None:
    listed = clerk.get("/items").data["items"]
    assert [item["code"] for item in listed] == list(service_items())
    assert clerk.get("/items/sim_replacement").data["clause"] == "S12"
    assert clerk.get("/items/nothing").status == 404
    book = clerk.get("/rulebook").data
    assert set(book["matrix"]) == set(service_items())
    assert book["matrix"]["sim_replacement"]["no_arrears"] == "S12-G1"


def test_organisations_and_lines_are_found_and_no_identity_number_is_in_them(
    world: World, clerk: Caller, actor: Actor, lines: list[Connected]
) -> None:
    with acting(actor):
        bank = organization(world.organizations["HF"][0])
        line = line_by_number(lines[0].number)
    assert line is not None
    found = clerk.get("/organizations", q="hfsfyh").data["organizations"]
    assert [one["code"] for one in found] == [bank.code]
    for code in (bank.code, bank.uscc):
        shown = clerk.get(f"/organizations/{code}").data
        assert shown["handlers"] == [{"id": world.handlers[bank.id], "name": "冯立群"}]
        assert shown["lines"]["active"] == 3
    page = clerk.get(f"/organizations/{bank.code}/lines", offset=1, limit=1)
    assert (page.data["total"], [one["number"] for one in page.data["lines"]]) == (3, [lines[1].number])
    one = clerk.get(f"/lines/{lines[0].number}")
    assert (one.data["plan"], one.data["state"], one.data["id"]) == ("3G-46", "active", lines[0].line_id)
    assert one.data["activated_at"].endswith("+08:00")
    assert line.user_id_number not in one.response.content.decode() + page.response.content.decode()


def test_another_branchs_customers_lines_and_orders_are_not_there(
    world: World, clerk: Caller, issued: Callable[..., Caller], lines: list[Connected], actor: Actor
) -> None:
    number = clerk.post("/orders", suspension(world, lines)).data["number"]
    with acting(actor):
        code = organization(world.organizations["HF"][0]).code
    stranger = issued(branch="WH")
    for path in (
        f"/organizations/{code}",
        f"/organizations/{code}/lines",
        f"/lines/{lines[0].number}",
        f"/orders/{number}",
        f"/orders/{number}/lines",
        f"/orders/{number}/slip.pdf",
        "/orders/%00",
        "/nothing/here",
        "/",
    ):
        assert stranger.get(path).status == 404, path
    for verb in ("stop", "resume", "retry", "cancel", "release"):
        assert stranger.post(f"/orders/{number}/{verb}").status == 404, verb
    assert stranger.get("/organizations", q="合肥").data["organizations"] == []
    refused = stranger.post("/orders", suspension(world, lines))
    assert (refused.status, refused.codes) == (409, ["organization.unknown"])


def test_identity_numbers_are_masked_in_what_changed() -> None:
    number = resident_id("340102", "19800101", 7)
    shown = jsonable(Change(Text("证件号码", "ID number"), "", number))
    assert shown["after"] == f"{number[:6]}********{number[14:]}"


# Applying.


def test_an_order_is_placed_looked_up_and_printed(
    world: World, clerk: Caller, lines: list[Connected]
) -> None:
    placed = clerk.post("/orders", suspension(world, lines))
    assert (placed.status, placed.data["state"], placed.data["channel"]) == (201, "completed", "own_hall")
    assert placed.data["fee_total"] == "0.00"
    assert placed.data["placed_at"] == "2026-12-12T10:00:00+08:00"
    number = placed.data["number"]
    assert placed.response["Location"] == f"{ROOT}/orders/{number}"
    assert clerk.get(f"/orders/{number}").data == placed.data
    shown = clerk.get(f"/orders/{number}/lines", offset=1, limit=1).data
    assert (shown["total"], [one["number"] for one in shown["lines"]]) == (3, [lines[1].number])
    slip = clerk.get(f"/orders/{number}/slip.pdf")
    assert (slip.status, slip.response.content[:5]) == (200, b"%PDF-")


def test_the_trail_names_the_system_the_door_and_the_channel(
    world: World, clerk: Caller, lines: list[Connected], actor: Actor
) -> None:
    clerk.post("/orders", suspension(world, lines[:1]))
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.login, o.door, o.channel FROM security_auditoperation o "
            "JOIN security_staff s ON s.id = o.staff_id WHERE o.verb = 'order.place'"
        )
        assert cursor.fetchall() == [("api:system-0", "api", "own_hall")]


@pytest.mark.parametrize(
    "code", ["suspension", "loss_report", "sim_replacement", "termination", "prepayment_refund"]
)
def test_a_whole_application_conforms_to_its_schema(
    world: World, clerk: Caller, lines: list[Connected], code: str
) -> None:
    body = body_of(application(world, code, lines[:1]))
    assert problems(body, {"$ref": "#/components/schemas/Application"}, document()) == []
    tried = clerk.post("/orders?dry_run=true", body)
    assert tried.status == 200


@pytest.mark.parametrize("code", sorted(PRODUCT_ORDERS))
def test_an_order_for_a_product_conforms_to_the_schema_of_that_product(world: World, code: str) -> None:
    body = body_of(product_order(world, code))
    asked = service_items()["product_installation"].asked(body["details"])
    body["details"] |= {field.name: True for field in asked if field.kind is FieldKind.FLAG}
    schema = {"$ref": "#/components/schemas/Application"}
    assert problems(body, schema, document()) == []
    body["details"]["not_asked"] = "1"
    assert problems(body, schema, document())


def test_a_product_is_ordered_through_the_api(world: World, clerk: Caller) -> None:
    placed = clerk.post("/orders", body_of(product_order(world, "mpls_vpn", requested_on="2027-01-20")))
    assert placed.status == 201, placed.data
    assert placed.data["state"] == "inProgress"
    (made,) = find_installations(organization_ids=[world.organizations["HF"][0]])
    order = order_by_number(placed.data["number"])
    assert order is not None
    assert order.id == made.order_id


def test_the_channel_of_the_token_decides(
    world: World, issued: Callable[..., Caller], lines: list[Connected], snapshot: Callable[[], str]
) -> None:
    hotline = issued("hotline_agent")
    before = snapshot()
    refused = hotline.post("/orders", body_of(application(world, "sim_replacement", lines[:1])))
    assert (refused.status, refused.clauses[0]) == (409, "S12-C")
    assert refused.codes[0] == "order.channel_not_allowed"
    assert {"zh", "en"} <= set(refused.data["errors"][0])
    assert snapshot() == before


def test_an_electronic_channel_names_the_check_of_its_customer(
    world: World, issued: Callable[..., Caller], lines: list[Connected], snapshot: Callable[[], str]
) -> None:
    hotline = issued("hotline_agent")
    bank = world.organizations["HF"][0]
    body = {"item": "loss_report", "organization": bank, "lines": [{"number": lines[0].number}]}
    before = snapshot()
    refused = hotline.post("/orders", body)
    assert (refused.status, refused.clauses) == (409, ["X-R2"])
    check = {"organization": bank, "kind": "three_checks", "passed": True, "number": lines[0].number}
    foreign = {**check, "organization": world.organizations["HF"][1]}
    assert hotline.post("/verifications", foreign).codes == ["line.unknown"]
    assert snapshot() == before
    proof = hotline.post("/verifications", check)
    assert proof.status == 201
    kinds = service_items()["loss_report"].verifications
    placed = hotline.post("/orders", {**body, "verification": proof.data["verification"]})
    assert (placed.status == 201) == ("three_checks" in kinds), placed.data


def test_without_permission_nothing_is_done(
    world: World,
    issued: Callable[..., Caller],
    clerk: Caller,
    lines: list[Connected],
    snapshot: Callable[[], str],
) -> None:
    number = clerk.post("/orders", suspension(world, lines)).data["number"]
    auditor, hotline = issued("auditor"), issued("hotline_agent")
    before = snapshot()
    refused = auditor.post("/orders", suspension(world, lines))
    assert (refused.status, refused.codes, refused.clauses) == (403, ["permission.missing"], ["P5-2"])
    assert hotline.post(f"/orders/{number}/cancel").status == 403
    assert snapshot() == before


def test_a_dry_run_says_what_would_happen_and_changes_nothing(
    world: World, clerk: Caller, lines: list[Connected], snapshot: Callable[[], str]
) -> None:
    body = renumbering(world, lines[:2], [free(1)[0], "13900000000"])
    before = snapshot()
    tried = clerk.post("/orders?dry_run=true", body)
    assert (tried.status, tried.data["accepted"], tried.data["passing"], tried.data["refused"]) == (
        200,
        False,
        1,
        1,
    )
    good, bad = tried.data["lines"]
    assert (good["reasons"], good["changes"][0]["after"]) == ([], free(1)[0])
    assert {reason["clause"] for reason in bad["reasons"]} != {""}
    assert tried.data["fees"][0]["amount"] == "0.00"
    assert snapshot() == before


def test_a_misspelt_dry_run_is_refused_and_places_nothing(
    world: World, clerk: Caller, lines: list[Connected], snapshot: Callable[[], str]
) -> None:
    before = snapshot()
    for query, code in (
        ("?dryrun=true", "request.field_unknown"),
        ("?dry_run=yes", "request.field_choice"),
    ):
        refused = clerk.post("/orders" + query, suspension(world, lines))
        assert (refused.status, refused.codes) == (400, [code])
    assert snapshot() == before


def test_the_same_key_gives_the_same_order_and_another_body_is_refused(
    world: World, clerk: Caller, lines: list[Connected], snapshot: Callable[[], str]
) -> None:
    key = {"Idempotency-Key": "8c1f-1"}
    first = clerk.post("/orders", suspension(world, lines[:1]), **key)
    after = snapshot_of_orders()
    again = clerk.post("/orders", suspension(world, lines[:1]), **key)
    assert (first.status, again.status, again.data) == (201, 201, first.data)
    assert snapshot_of_orders() == after
    before = snapshot()
    other = clerk.post("/orders", suspension(world, lines[1:2]), **key)
    assert (other.status, other.codes) == (409, ["order.key_reused"])
    bad = clerk.post("/orders", suspension(world, lines[1:2]), **{"Idempotency-Key": "a b"})
    assert (bad.status, bad.codes) == (400, ["request.idempotency_key"])
    assert snapshot() == before


def snapshot_of_orders() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id) FROM ordering_order")
        return cursor.fetchall()


def test_what_passes_goes_on_and_the_rest_is_handed_back_with_reasons(
    world: World, clerk: Caller, lines: list[Connected], snapshot: Callable[[], str]
) -> None:
    body = renumbering(world, lines, [*free(2), "13900000000"])
    before = snapshot()
    refused = clerk.post("/orders", body)
    assert refused.status == 409
    assert set(refused.clauses) - {""}
    assert snapshot() == before
    placed = clerk.post("/orders", {**body, "completion": "what_passes"})
    assert (placed.status, placed.data["state"]) == (201, "partial")
    assert placed.data["lines"] == {"total": 3, "by_state": {"completed": 2, "rejected": 1}}
    shown = clerk.get(f"/orders/{placed.data['number']}/lines").data["lines"]
    assert [bool(one["reasons"]) for one in shown] == [False, False, True]
    assert shown[2]["reasons"][0]["clause"] == "S03"
    assert clerk.get(f"/lines/{free(1)[0]}").data["id"] == lines[0].line_id


def test_an_order_of_many_lines_is_steered(
    world: World, clerk: Caller, actor: Actor, at: datetime, snapshot: Callable[[], str]
) -> None:
    many = connect(world, actor, at, 21)
    placed = clerk.post("/orders", suspension(world, many)).data
    assert (placed["state"], placed["lines"]["total"]) == ("acknowledged", 21)
    order = f"/orders/{placed['number']}"
    assert clerk.post(f"{order}/stop").data["state"] == "held"
    assert clerk.post(f"{order}/resume", {}).data["state"] == "acknowledged"
    before = snapshot()
    for verb in ("resume", "retry", "release"):
        refused = clerk.post(f"{order}/{verb}")
        assert (refused.status, refused.codes) == (409, ["order.not_possible"])
    assert clerk.post(f"{order}/cancel", {"why": 1}).codes == ["request.body_not_expected"]
    assert snapshot() == before
    assert clerk.post(f"{order}/cancel").data["lines"]["by_state"] == {"cancelled": 21}


def test_whoever_queues_an_order_may_carry_it_out_later(world: World, issued: Callable[..., Caller]) -> None:
    issued()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM security_staff WHERE login = 'api:system-0'")
        row = cursor.fetchone()
    assert row is not None
    worker = actor_by_id(row[0], Door.JOB)
    assert worker.may("order.execute")
    assert worker.branch_ids == (world.branches["HF"],)


# Lines by file.


def form(body: dict[str, Any], content: bytes, name: str = "lines.csv") -> dict[str, Any]:
    kept = {name: value for name, value in body.items() if name != "lines"}
    return {"order": json.dumps(kept), "lines": SimpleUploadedFile(name, content)}


@pytest.mark.parametrize("header", ["号码,新号码", "number,new_number", "Number,New number"])
@pytest.mark.parametrize("kind", ["utf-8", "utf-8-sig", "gb18030", "xlsx"])
def test_lines_come_from_a_file_of_either_kind(
    world: World, clerk: Caller, lines: list[Connected], kind: str, header: str
) -> None:
    rows = [[line.number, fresh] for line, fresh in zip(lines[:2], free(2), strict=True)]
    if kind == "xlsx":
        content = xlsx(rows, header=header.split(","))
    else:
        content = ("\r\n".join([header, *(",".join(row) for row in rows), ""])).encode(kind)
    placed = clerk.send("/orders", form(body_of(application(world, "number_change", [])), content))
    assert (placed.status, placed.data["lines"]) == (201, {"total": 2, "by_state": {"completed": 2}})
    assert clerk.get(f"/lines/{free(1)[0]}").data["id"] == lines[0].line_id


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "lines.no_rows"),
        (b"number,new_number\r\n", "lines.no_rows"),
        (b"number\r\n18655100000\r\n", "lines.column_missing"),
        (b"number,number,new_number\r\n1,2,3\r\n", "lines.column_twice"),
        (b"number,new_number,x\r\n1,2,3\r\n", "lines.column_unknown"),
        (b"number,new_number\r\n1\r\n", "lines.row_uneven"),
        (b"number,new_number\r\n18600000000,18655100301\r\n", "line.unknown"),
        (b"number,new_number\r\n1\x00,2\r\n", "lines.not_csv"),
        (b"\xff\xff\xff\xff", "lines.not_csv"),
        (b'number,new_number\r\n"1,2\r\n', "lines.not_csv"),
        (b"number,new_number\r\n" + b"1,2\r\n" * 50_001, "lines.too_many"),
        (b"\r\n" * 200_000, "lines.no_rows"),
        (b"PK\x03\x04 broken", "sheet.damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_is_wrong(
    world: World, clerk: Caller, snapshot: Callable[[], str], content: bytes, code: str
) -> None:
    before = snapshot()
    refused = clerk.send("/orders", form(body_of(application(world, "number_change", [])), content))
    assert (refused.status, set(refused.codes)) == (409, {code})
    assert snapshot() == before


def test_scans_of_papers_come_in_a_form_beside_the_application(
    world: World, clerk: Caller, lines: list[Connected], actor: Actor
) -> None:
    body = json.dumps(suspension(world, lines))
    kind = json.loads(body)["papers"][0]["kind"]
    page = SimpleUploadedFile("page.pdf", b"%PDF-1.7\n%%EOF\n")
    stray = clerk.send("/orders", {"order": body, "scan.passport": page})
    assert stray.codes == ["request.field_unknown"]
    no_picture = clerk.send("/orders", {"order": body, f"scan.{kind}": SimpleUploadedFile("x.pdf", b"MZ")})
    assert (no_picture.status, no_picture.codes) == (409, ["scan.unreadable"])
    page.seek(0)
    placed = clerk.send("/orders", {"order": body, f"scan.{kind}": page})
    assert placed.status == 201
    with acting(actor):
        found = order_by_number(placed.data["number"])
        assert found is not None
        assert [(scan.kind, scan.media_type) for scan in order_scans(found.id)] == [(kind, "application/pdf")]


def test_a_form_of_other_parts_is_refused(world: World, clerk: Caller, lines: list[Connected]) -> None:
    body = suspension(world, lines)
    assert clerk.send("/orders", {"order": json.dumps(body), "x": "1"}).codes == [
        "request.field_unknown",
        "request.field_missing",
    ]
    both = {"order": json.dumps(body), "lines": SimpleUploadedFile("l.csv", b"number\n1\n")}
    assert clerk.send("/orders", both).codes == ["request.lines_twice"]


# What cannot be read.

MALFORMED: tuple[tuple[bytes, str], ...] = (
    (b" ", "request.malformed"),
    (b"{", "request.malformed"),
    (b"[]", "request.malformed"),
    (b"\xff\xfe", "request.malformed"),
    (b"[" * 100_000, "request.malformed"),
    (b'{"item": "suspension", "item": "termination"}', "request.name_twice"),
    (b'{"item": "a\\u0000", "organization": 1}', "request.text_unfit"),
    (b'{"item": "a\\ud800", "organization": 1}', "request.text_unfit"),
    (b'{"organization": 1}', "request.field_missing"),
    (b'{"item": "suspension"}', "request.field_missing"),
    (b'{"item": 1, "organization": 1}', "request.field_type"),
    (b'{"item": "suspension", "organization": true}', "request.field_type"),
    (b'{"item": "suspension", "organization": 1.5}', "request.field_type"),
    (b'{"item": "suspension", "organization": 1, "handler": 99999999999999999999}', "request.field_range"),
    (b'{"item": "suspension", "organization": 1, "handlr": 1}', "request.field_unknown"),
    (b'{"item": "suspension", "organization": 1, "completion": "maybe"}', "request.field_choice"),
    (
        b'{"item": "suspension", "organization": 1, "papers": [{"kind": "x", "reference": ""}]}',
        "request.field_choice",
    ),
    (b'{"item": "suspension", "organization": 1, "papers": [1]}', "request.field_type"),
    (b'{"item": "suspension", "organization": 1, "lines": [{}]}', "request.line_or_number"),
    (
        b'{"item": "suspension", "organization": 1, "lines": [{"line": 1, "number": "1"}]}',
        "request.line_or_number",
    ),
    (b'{"item": "suspension", "organization": 1, "details": {"a": NaN}}', "request.field_type"),
    (b'{"item": "suspension", "organization": 1, "details": {"a": []}}', "request.field_type"),
    (b'{"item": "suspension", "organization": 1, "details": {"a": null}}', "request.field_type"),
    (b'{"item": "suspension", "organization": 1, "details": 3}', "request.field_type"),
)


@pytest.mark.parametrize(("content", "code"), MALFORMED)
def test_a_body_that_cannot_be_read_is_named_and_changes_nothing(
    world: World, clerk: Caller, snapshot: Callable[[], str], content: bytes, code: str
) -> None:
    before = snapshot()
    refused = clerk.post("/orders", content)
    assert (refused.status, refused.codes) == (400, [code])
    assert snapshot() == before


def test_every_fault_of_a_body_is_named_at_its_place(world: World, clerk: Caller) -> None:
    body = {
        "item": "suspension",
        "organization": 1,
        "lines": [{"line": 1}, {"line": "x", "valus": {}}],
        "z": 1,
    }
    refused = clerk.post("/orders", body)
    assert {(error["code"], error["subject"]) for error in refused.data["errors"]} == {
        ("request.field_type", "lines[1].line"),
        ("request.field_unknown", "lines[1].valus"),
        ("request.line_or_number", "lines[1]"),
        ("request.field_unknown", "z"),
    }


def test_the_items_own_fields_are_checked_by_their_declaration(
    world: World, clerk: Caller, lines: list[Connected], snapshot: Callable[[], str]
) -> None:
    body = body_of(
        application(world, "sim_replacement", lines[:1], details={"reason": "bored", "colour": "red"})
    )
    before = snapshot()
    refused = clerk.post("/orders", body)
    found = {(error["code"], error["clause"], error["subject"]) for error in refused.data["errors"]}
    assert refused.status == 409
    assert {("order.field_malformed", "S12-E1", "reason"), ("order.field_unknown", "", "colour")} <= found
    assert snapshot() == before


def test_other_media_types_methods_and_sizes_are_refused(
    world: World, clerk: Caller, settings_limit: int
) -> None:
    def send(method: str, path: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {clerk.secret}"}
        client = Client(SERVER_NAME="localhost")
        with clock.at_time(NOW):
            return getattr(client, method)(ROOT + path, headers=headers, **more)

    text = send("post", "/orders", data=b"<a/>", content_type="application/xml")
    assert text.status_code == 415
    wrong = send("get", "/orders")
    assert (wrong.status_code, wrong["Allow"]) == (405, "POST")
    assert send("delete", "/items").status_code == 405
    assert send("head", "/items").status_code == 200
    large = send("post", "/orders", data=b" " * (settings_limit + 1), content_type="application/json")
    assert large.status_code == 413
    assert json.loads(large.content)["errors"][0]["code"] == "request.too_large"


def test_a_body_whose_length_is_not_declared_is_asked_for_it(
    world: World, clerk: Caller, snapshot: Callable[[], str]
) -> None:
    before = snapshot()
    refused = clerk.post("/orders", b"{}", **{"Transfer-Encoding": "chunked"})
    assert (refused.status, refused.codes) == (411, ["request.length_needed"])
    steered = clerk.post("/orders/HF1/stop", b"", **{"Transfer-Encoding": "chunked"})
    assert (steered.status, steered.codes) == (411, ["request.length_needed"])
    assert snapshot() == before


def test_a_fault_of_the_code_is_answered_as_json_with_a_reference_that_stands_in_the_log(
    world: World,
    clerk: Caller,
    lines: list[Connected],
    snapshot: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: Any, **__: Any) -> int:
        raise ZeroDivisionError("secret inside")

    monkeypatch.setattr("trunkline.counter.desk.order", broken)
    before = snapshot()
    failed = clerk.post("/orders", suspension(world, lines))
    assert (failed.status, failed.codes) == (500, ["request.crashed"])
    reference = failed.data["errors"][0]["subject"]
    assert reference in caplog.text
    assert "secret inside" in caplog.text
    assert b"secret inside" not in failed.response.content
    assert snapshot() == before


@pytest.fixture
def settings_limit() -> Iterator[int]:
    """A small limit, so that a small body is too large."""
    from django.test import override_settings

    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=2048):
        yield 2048


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=1001", "?offset=-1", "?offset=x", "?page=2", "?q=%00", "?limit=99999999999"]
)
def test_parameters_out_of_range_are_refused(world: World, clerk: Caller, actor: Actor, query: str) -> None:
    with acting(actor):
        code = organization(world.organizations["HF"][0]).code
    assert clerk.get(f"/organizations/{code}/lines{query}").status == 400


def test_the_document_is_public_and_the_same_for_everyone(world: World) -> None:
    answer = Client(SERVER_NAME="localhost").get(f"{ROOT}/openapi.json")
    assert answer.status_code == 200
    assert json.loads(answer.content) == json.loads(json.dumps(document()))
