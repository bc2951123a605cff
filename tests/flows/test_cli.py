"""The command-line door: help, permissions, refusals, and the main job from draft to receipt."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from django.db import connection

from tests.signing import member_rows, xlsx
from tests.support import other_process_environment, snapshot
from tests.world import World, number_of
from trunkline.config import database
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.words import Command
from trunkline.kernel.clock import at_time
from trunkline.kernel.periods import SHANGHAI
from trunkline.security.audit import acting
from trunkline.security.queries import system_actor
from trunkline.security.types import Actor, Door

#: Commands that touch nothing of the business, and so act for nobody.
# These look at no data of the installation: a file is judged, or a floor is measured.
WITHOUT_ACTOR = {
    ("agreement", "simulate"),
    ("rate",),
    ("tariff", "check"),
    ("bench", "clerks"),
    ("bench", "contention"),
    ("bench", "rating"),
}
TODAY = datetime(2026, 9, 20, 10, tzinfo=SHANGHAI)


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of the program with its path, groups left out."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def run(*arguments: object, language: str = "zh", code: int = 0) -> Result:
    """Run a command in this process; its exit status must be `code`."""
    runner = CliRunner(env={"TRUNKLINE_LANGUAGE": language})
    with at_time(TODAY):
        done = runner.invoke(cli, [str(argument) for argument in arguments], prog_name="trunkline")
    assert done.exit_code == code, f"{arguments}: {done.exit_code}\n{done.output}\n{done.exception!r}"
    return done


def answer(*arguments: object) -> Any:
    """What a command prints as JSON."""
    return json.loads(run(*arguments, "--json").stdout)


def everything(actor: Actor) -> str:
    with acting(actor):
        return snapshot()


@pytest.fixture
def system(committed_db: World) -> Actor:
    return system_actor(Door.CLI)


@pytest.mark.parametrize(("language", "words"), [("zh", "柜台与号码"), ("en", "Counter and numbers")])
def test_help_speaks_the_language_asked_for_and_shows_sections_and_examples(
    language: str, words: str
) -> None:
    done = run("--language", language, "--help")
    assert words in done.stdout
    assert "trunkline bill run 2026-10" in done.stdout
    for name in (
        "org",
        "agreement",
        "order",
        "number",
        "usage",
        "bill",
        "payment",
        "ledger",
        "verify",
        "demo",
    ):
        assert f"\n  {name} " in done.stdout


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_has_a_line_of_help_in_both_languages(language: str) -> None:
    for path, command in commands():
        shown = run("--language", language, *path, "--help").stdout
        assert command.text.in_language(language) in shown, path
        assert 0 < len(command.text.in_language(language)) <= 80, path


def test_every_command_needs_a_permission() -> None:
    found = {path: command for path, command in commands() if isinstance(command, Command)}
    assert len(found) > 40
    assert {path for path, command in found.items() if not command.permission} == WITHOUT_ACTOR


def test_whoever_lacks_the_permission_is_refused_with_the_clause_and_nothing_changes(
    committed_db: World, system: Actor
) -> None:
    before = everything(system)
    done = run("--as", "hf.clerk", "bill", "run", "2026-08", code=2)
    assert "[P5-2]" in done.stderr
    assert "permission.missing" in done.stderr
    assert done.stdout == ""
    assert (
        "Your role does not include"
        in run("--as", "hf.clerk", "bill", "run", "2026-08", language="en", code=2).stderr
    )
    assert everything(system) == before


def test_an_unknown_login_is_refused(committed_db: World) -> None:
    assert "staff.unknown" in run("--as", "nobody", "staff", "list", code=2).stderr


def test_another_branch_is_out_of_sight(committed_db: World) -> None:
    hefei = committed_db.organizations["HF"][0]
    assert answer("--as", "hf.manager", "org", "show", hefei)["organization"]["id"] == hefei
    assert "organization.unknown" in run("--as", "wh.manager", "org", "show", hefei, code=2).stderr
    assert answer("--as", "wh.manager", "org", "find", "合肥") == []


def test_a_number_is_reserved_once_and_given_back(committed_db: World, system: Actor) -> None:
    number = number_of("HF", 5)
    run("--as", "hf.clerk", "number", "reserve", number, "--for", "customer:1")
    before = everything(system)
    refused = run("--as", "hf.clerk", "number", "reserve", number, "--for", "customer:2", "--json", code=2)
    assert [reason["code"] for reason in json.loads(refused.stderr)["refusals"]] == ["number.taken"]
    assert everything(system) == before
    assert answer("number", "search", number, "--state", "reserved")[0]["number"] == number
    assert answer("--as", "hf.clerk", "number", "release", "--for", "customer:1") == {"released": 1}


def test_all_reasons_against_an_order_are_printed_with_their_clauses(
    committed_db: World, system: Actor, tmp_path: Path
) -> None:
    bank = committed_db.organizations["HF"][0]
    agreement = answer("agreement", "draft", bank, "--plan", "3G-66", "--first-month", "half")["id"]
    before = everything(system)
    handler = committed_db.handlers[bank]
    for extra in ((), ("--dry-run",)):
        order = ("order", "new-installation", agreement, "--handler", handler, *extra)
        refused = run("--as", "hf.clerk", *order, code=2).stderr
        assert refused.count("[S01-A1]") >= 5
        assert "P2-31" in refused
    assert everything(system) == before


def test_a_members_table_is_checked_without_writing_and_its_problems_are_given_back(
    committed_db: World, system: Actor, tmp_path: Path
) -> None:
    bank = committed_db.organizations["HF"][0]
    agreement = answer("agreement", "draft", bank, "--plan", "3G-66", "--first-month", "half")["id"]
    before = everything(system)
    rows = member_rows(4)
    rows[2][1] = "340104198808080018"
    sheet, problems, text = tmp_path / "members.xlsx", tmp_path / "problems.xlsx", tmp_path / "text.xlsx"
    sheet.write_bytes(xlsx(rows))
    text.write_text("no workbook", encoding="utf-8")
    shown = run("agreement", "members", "check", agreement, sheet, "--problems", problems, code=1)
    assert "身份证号码校验不通过" in shown.stdout
    assert problems.read_bytes().startswith(b"PK")
    run("agreement", "members", "accept", agreement, sheet, code=2)
    run("agreement", "members", "check", agreement, text, code=2)
    assert everything(system) == before


SIGNED = ("--signed-on", date(2026, 9, 20))
PAPERS = ("handler_id", "authorisation", "registration_certificate", "network_agreement", "sub_user_table")


def test_a_clause_and_a_template_are_published_and_drafted_by(committed_db: World, tmp_path: Path) -> None:
    bank, product = committed_db.organizations["HF"][0], ("--as", "product")
    file = tmp_path / "clause.json"
    written = {
        "code": "night_discount", "heading": "use", "title": {"zh": "夜间优惠", "en": "Night discount"},
        "text": "夜间通话按{night_share}%计费。",
        "parameters": [
            {
                "name": "night_share", "kind": "whole", "title": {"zh": "计费比例", "en": "Share charged"},
                "unit": {"zh": "", "en": ""}, "default": "50", "lower": "1", "upper": "100", "choices": [], "required": True,
            }
        ],
    }  # fmt: skip
    file.write_text(json.dumps(written), encoding="utf-8")
    answer(*product, "agreement", "clause", "publish", file)
    assert answer("agreement", "clause", "show", "night_discount")[0]["version"] == 1
    assert "clause.nothing_new" in run(*product, "agreement", "clause", "publish", file, code=2).stderr
    file.write_text("[]", encoding="utf-8")
    assert "clause.file_wrong" in run(*product, "agreement", "clause", "publish", file, code=2).stderr
    named = ("--zh", "夜间活动", "--en", "Nights", "--from", "2099-01-01", "--reference", "营销〔2026〕9号")
    chosen = ("--clause", "night_discount", "--clause", "effect")
    answer(*product, "agreement", "template", "publish", "night", *named, *chosen)
    assert [t["code"] for t in answer("agreement", "template", "list")] == [
        "group_network",
        "handset_campaign",
    ]
    assert answer("agreement", "template", "show", "night")[0]["valid_from"] == "2099-01-01"
    draft = ("agreement", "draft", bank, "--plan", "3G-66", "--first-month", "half", "--kind", "group_vas")
    assert "agreement.value_missing" in run(*draft, code=2).stderr
    assert "command.not_a_pair" in run(*draft, "--business", "service", code=2).stderr
    campaign = ("--template", "handset_campaign", "--value", "return_penalty=500.00")
    made = answer(*draft, "--business", "service=集团彩铃", "--business", "monthly_fee=5.00", *campaign)["id"]
    terms = answer("agreement", "show", made)["terms"]
    assert (terms["business_values"]["service"], terms["clause_values"]["return_penalty"]) == (
        "集团彩铃",
        "500.00",
    )


def test_the_main_job_from_draft_to_receipt(committed_db: World, tmp_path: Path) -> None:
    bank = committed_db.organizations["HF"][0]
    manager, clerk = ("--as", "hf.manager"), ("--as", "hf.clerk")
    agreement = answer(
        *manager, "agreement", "draft", bank, "--plan", "3G-66", "--first-month", "full_month"
    )["id"]
    sheet, pdf = tmp_path / "members.xlsx", tmp_path / "agreement.pdf"
    sheet.write_bytes(xlsx(member_rows(3)))
    run(*manager, "agreement", "members", "check", agreement, sheet)
    assert answer(*manager, "agreement", "members", "accept", agreement, sheet)["members"] == 3
    run(*manager, "agreement", "submit", agreement)
    assert (
        "agreement.not_approved" in run(*manager, "agreement", "print", agreement, "-o", pdf, code=2).stderr
    )
    run("--as", "department", "agreement", "review", agreement, "--approve")
    run(*manager, "agreement", "print", agreement, "-o", pdf)
    assert pdf.read_bytes().startswith(b"%PDF")
    for side in ("a", "b"):
        run(*manager, "agreement", "sign", agreement, "--side", side, "--name", "何守正", *SIGNED)
        run(
            *manager,
            "agreement",
            "sign-attachment",
            agreement,
            1,
            "--side",
            side,
            "--name",
            "冯立群",
            *SIGNED,
        )
    for ordinal in range(1, 7):
        side = "a" if ordinal <= 3 else "b"
        filed = ("--side", side, "--holder", "何守正", "--place", "档案室")
        run(*manager, "agreement", "original", agreement, ordinal, *filed)
    assert answer(*manager, "agreement", "show", agreement)["agreement"]["state"] == "effective"
    for early in (
        ("renewal", "review", agreement, "--renew"),
        ("renewal", "decide", agreement, "--approve"),
        ("renew", agreement),
        ("end", agreement),
    ):
        assert "agreement.wrong_state" in run("agreement", *early, code=2).stderr
    health = answer(*manager, "agreement", "health", agreement)
    assert (health["short"], health["health"]["renewal"]["standing"]) == (50, "not_reviewed")
    papers = [word for kind in PAPERS for word in ("--paper", f"{kind}=1")]
    order = ("order", "new-installation", agreement, "--handler", committed_db.handlers[bank], *papers)
    assert answer(*clerk, *order, "--dry-run")["lines"] == 3
    placed = answer(*clerk, *order, "--now")
    assert (placed["state"], placed["item_count"]) == ("completed", 3)
    run(*clerk, "order", "slip", placed["id"], "-o", tmp_path / "slip.pdf")
    assert (tmp_path / "slip.pdf").read_bytes().startswith(b"%PDF")
    numbers = [item["number"] for item in answer(*clerk, "order", "show", placed["id"])["items"]]
    _bill_and_pay(bank, numbers, tmp_path)
    assert answer("verify")["broken"] == []


def _bill_and_pay(bank: int, numbers: list[str], folder: Path) -> None:
    usage = folder / "usage.csv"
    usage.write_text(
        "source,record_id,line_number,kind,direction,started_at,quantity\n"
        + "".join(
            f"MSC,{n},{number},sms,mo,2026-09-25T10:00:00+08:00,50\n" for n, number in enumerate(numbers)
        )
        + f"MSC,bad,{numbers[0]},fax,mo,2026-09-25T10:00:00+08:00,1\n",
        encoding="utf-8",
    )
    (taken,) = answer("usage", "import", usage)
    assert (taken["records"], taken["accepted"], taken["duplicates"], taken["rejected"]) == (4, 3, 0, 1)
    assert answer("usage", "import", usage)[0]["already_taken"] is True
    assert "bad_kind" in run("usage", "rejects", answer("usage", "files")[0]["id"]).stdout
    assert "run.month_not_over" in run("bill", "run", "2026-09", code=2).stderr
    with at_time(datetime(2026, 10, 3, tzinfo=SHANGHAI)):
        done = CliRunner().invoke(cli, ["--as", "billing", "bill", "run", "2026-09", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["bills"] == 3
    bill, *_ = answer("bill", "list", "--month", "2026-09", "--open")
    assert answer("bill", "show", bill["id"])["lines"]
    run("bill", "pdf", bill["id"], "-o", folder / "bill.pdf")
    paid = answer(
        "--as", "hf.clerk", "payment", "take", bank, "--bill", bill["id"], "--amount", bill["cash_due"]
    )
    run("--as", "hf.clerk", "payment", "receipt", paid["id"], "-o", folder / "receipt.pdf")
    for name in ("bill.pdf", "receipt.pdf"):
        assert (folder / name).read_bytes().startswith(b"%PDF")
    assert answer("bill", "show", bill["id"])["bill"]["state"] == "paid"
    assert answer("ledger", "balance", bill["account_id"])["balances"]["receivable"] == "0.00"
    assert answer("ledger", "trial")["total"] == "0.00"


def test_a_file_that_is_no_usage_file_is_refused_as_a_whole(
    committed_db: World, system: Actor, tmp_path: Path
) -> None:
    before = everything(system)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    done = run("usage", "import", wrong, code=1)
    assert "wrong.csv" in done.stdout
    assert everything(system) == before


def trunkline(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "trunkline", *arguments],
        env=other_process_environment() | {"TRUNKLINE_LANGUAGE": "en"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_as_a_process_it_answers_refuses_and_leaves_no_traceback(committed_db: World) -> None:
    hefei = committed_db.organizations["HF"][0]
    shown = trunkline("org", "show", str(hefei), "--json", TRUNKLINE_STAFF="hf.manager")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["organization"]["id"] == hefei
    refused = trunkline("--as", "wh.manager", "org", "show", str(hefei))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "No such organisation" in refused.stderr
    assert "Traceback" not in refused.stderr
    verified = trunkline("verify")
    assert verified.returncode == 0, verified.stderr
    assert "0 broken" in verified.stdout


def test_without_a_database_it_says_what_to_do(committed_db: World) -> None:
    nowhere = "postgresql://nobody:x@127.0.0.1:1/nothing"
    done = trunkline("staff", "list", TRUNKLINE_DATABASE_URL=nowhere, TRUNKLINE_SERVING_DATABASE_URL=nowhere)
    assert done.returncode == 3
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_invariant_makes_verify_name_its_place_and_fail(committed_db: World) -> None:
    server = database.server(durable=False)
    assert server is not None
    with server.connect(str(connection.settings_dict["NAME"])) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE catalog_priceversion SET reference = ' ' WHERE id = 1")
    done = run("verify", language="en", code=1)
    assert "price.has_reference [X-F2]" in done.stdout
    assert "1 broken" in done.stdout
    (found,) = json.loads(run("verify", "--json", code=1).stdout)["broken"]
    assert (found["code"], found["places"]) == ("price.has_reference", ["1"])


def test_verify_refuses_whoever_sees_only_one_branch(committed_db: World) -> None:
    assert "permission.missing" in run("--as", "hf.clerk", "verify", code=2).stderr
    assert answer("--as", "auditor", "verify")["broken"] == []
