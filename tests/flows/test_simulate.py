"""`trunkline agreement simulate`: the file, what it prints, and everything that can be wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.door import REFUSED

FILE = """
agreement:
  signed: {customer: 2012-03-01, operator: 2012-03-05}
  term_years: 2
  data_cap_gb: 6
months: {from: 2012-03, to: 2012-06}
numbers:
  - {number: 18655108888, entered: 2012-03, deposit: 12000.00, months: 12}
bills:
  18655108888: {2012-03: 1250.00, 2012-04: 600.00, 2012-05: 1300}
sessions:
  18655108888:
    - {ended: 2012-03-10T12:00:00+08:00, mb: 6042}
    - {ended: 2012-03-11T12:00:00+08:00, mb: 410}
breaches:
  - {date: 2012-06-10, number: 18655108888, benefits: 9500.00, overdue: {owed: 1000.00, days: 10}, penalty: 20}
"""


def run(tmp_path: Path, text: str, *options: str) -> Result:
    path = tmp_path / "agreement.yaml"
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(cli, ["--language", "zh", "agreement", "simulate", str(path), *options])


def test_an_agreement_is_run_month_by_month_without_a_database(tmp_path: Path) -> None:
    done = run(tmp_path, FILE, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [(month["month"], month["state"]) for month in found] == [
        *((f"2012-0{n}", "effective") for n in (3, 4, 5)),
        ("2012-06", "settled"),
    ]
    (march,), (june,) = found[0]["numbers"], found[3]["numbers"]
    keys = ("released", "available", "bill", "from_deposit", "cash_due", "carry_over", "unreleased")
    assert [march[key] for key in keys] == [
        "1000.00", "1000.00", "1250.00", "1000.00", "250.00", "0.00", "11000.00"
    ]  # fmt: skip
    assert march["cap"]["above"] == 308 * 1024**2
    assert march["cap"]["barred_at"] == "2012-03-11T12:00:00+08:00"
    (breach,) = june["breaches"]
    assert breach["claim"]["overdue_penalty"] == "50.00"
    assert (breach["offset"], breach["top_up"]) == ("9000.00", "550.00")


def test_for_people_it_is_a_table(tmp_path: Path) -> None:
    done = run(tmp_path, FILE)
    assert done.exit_code == 0
    assert "未解冻" in done.stdout
    assert "已结清" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "code", "subject"),
    [
        ("term_years: 2", "", "scenario.missing", "agreement.term_years"),
        ("term_years: 2", "term_years: two", "scenario.wrong", "agreement.term_years"),
        ("operator: 2012-03-05", "operator: soon", "scenario.wrong", "agreement.signed.operator"),
        ("data_cap_gb: 6", "data_cap: 6", "scenario.unknown", "agreement.data_cap"),
        ("to: 2012-06", "to: 2012-13", "scenario.wrong", "months.to"),
        ("deposit: 12000.00", "deposit: 12000.005", "scenario.wrong", "numbers[0].deposit"),
        ("deposit: 12000.00", "deposit: -1", "scenario.wrong", "numbers[0].deposit"),
        ("deposit: 12000.00", "deposit: .inf", "scenario.not_yaml", None),
        ("months: 12}", "releases: [6000, 5000]}", "scenario.releases_unbalanced", "18655108888"),
        ("2012-04: 600.00", "April: 600.00", "scenario.wrong", "bills.18655108888.April"),
        ("2012-04: 600.00", "2012-04: many", "scenario.wrong", "bills.18655108888.2012-04"),
        ("mb: 410", "mb: 4.5", "scenario.wrong", "sessions.18655108888[1].mb"),
        ("number: 18655108888, benefits", "number: 18655106666, benefits", "scenario.unknown", "18655106666"),
        ("days: 10", "days: x", "scenario.wrong", "breaches[0].overdue.days"),
        ("date: 2012-06-10", "date: 2016-06-10", "simulation.not_in_force", "2016-06-10"),
        ("agreement:", "agreement: [", "scenario.not_yaml", None),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, code: str, subject: str | None
) -> None:
    assert old in FILE
    done = run(tmp_path, FILE.replace(old, new, 1), "--json")
    assert done.exit_code == REFUSED, done.output
    found = json.loads(done.stderr)["refusals"]
    assert code in {refusal["code"] for refusal in found}
    if subject:
        assert (code, subject) in {(refusal["code"], refusal["subject"]) for refusal in found}


@pytest.mark.parametrize("text", ["", "- 1", "3", "!!python/object/apply:os.system [true]"])
def test_a_file_that_is_no_agreement_is_refused(tmp_path: Path, text: str) -> None:
    assert run(tmp_path, text).exit_code == REFUSED
