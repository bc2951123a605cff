"""Rules of the house that import-linter does not see."""

from __future__ import annotations

import ast
import importlib
import io
import pkgutil
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import trunkline
from trunkline.kernel.fields import Reference
from trunkline.security.audit import VERBS
from trunkline.security.roles import ROLES

SOURCE = Path(trunkline.__file__).parent
ROOT = SOURCE.parent.parent
#: Verbs that only unattended work or the setting-up of a province carries out.
SYSTEM_ONLY = {
    "branch.open", "staff.appoint",
    "message.post", "message.send", "message.expire", "message.recover", "message.receipt",
    "points.earn", "points.expire", "points.forfeit", "points.reverse",
}  # fmt: skip


def sources() -> Iterator[Path]:
    return (path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def import_everything() -> None:
    for module in pkgutil.walk_packages([str(SOURCE)], "trunkline."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def test_every_verb_is_granted_to_a_role() -> None:
    import_everything()
    granted = [p for role in ROLES if role.code != "system" for p in role.permissions]
    families = tuple(p.removesuffix("*") for p in granted if p.endswith(".*"))
    nobodys = {v for v in VERBS if v not in granted and not v.startswith(families)} - SYSTEM_ONLY
    unattended = {v for v in nobodys if v.split(".")[0] in {"catalog", "number", "sim", "line", "account"}}
    assert nobodys - unattended == set()


def test_functions_are_short_and_files_are_not_long() -> None:
    long: list[str] = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 420:
            long.append(str(path.relative_to(SOURCE)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                span = (node.end_lineno or node.lineno) - node.lineno + 1
                if span > 75:
                    long.append(f"{path.relative_to(SOURCE)}:{node.name} {span}")
    assert long == []


def test_references_into_other_contexts_are_never_traversed() -> None:
    from django.apps import apps

    fields = {f.name for m in apps.get_models() for f in m._meta.get_fields() if isinstance(f, Reference)}
    pattern = re.compile(rf"""["'\s(](?:{"|".join(sorted(fields))})__\w+\s*=""")
    own_keys = {"line", "handler", "offering", "account"}
    for model in apps.get_models():
        own_keys |= {
            f.name for f in model._meta.get_fields() if f.is_relation and not isinstance(f, Reference)
        }
    found = [
        f"{path.relative_to(SOURCE)}: {match.group().strip()}"
        for path in sources()
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
        if match.group().strip(" (\"'").split("__")[0] not in own_keys
    ]
    assert found == []


def test_only_the_clock_reads_the_time() -> None:
    allowed = {SOURCE / "kernel" / "clock.py", SOURCE / "interfaces" / "jobs" / "worker.py"}
    readers = [
        str(path.relative_to(SOURCE))
        for path in sources()
        if path not in allowed
        and "config" not in path.parts
        and re.search(r"datetime\.now\(|date\.today\(|timezone\.now\(", path.read_text(encoding="utf-8"))
    ]
    assert readers == []


def test_doors_never_touch_tables() -> None:
    touching = [
        str(path.relative_to(SOURCE))
        for path in (SOURCE / "interfaces").rglob("*.py")
        if re.search(
            r"\.objects\b|connection\.cursor|django\.db\.models|import psycopg",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert touching == []


def test_chinese_sentences_use_full_width_punctuation() -> None:
    half_width = re.compile(r"[\u4e00-\u9fff][,:;?!]|[,:;?!][\u4e00-\u9fff]")
    found = [
        f"{path.relative_to(SOURCE)}: {token.string}"
        for path in sources()
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.STRING
        and not token.string.startswith('"""')
        and half_width.search(token.string)
    ]
    assert found == []


def test_nothing_names_a_registry_or_a_machine() -> None:
    # In pieces, so that this file does not name them either.
    names = (
        "pypi" r"\.org",
        "pythonhosted",
        r"registry\." "npmjs",
        r"deb\." "debian" r"\.org",
        "/root/",
        "/work/",
    )
    words = re.compile("|".join(names))
    tracked = [
        p
        for pattern in ("src/**/*", "docs/**/*", "tests/**/*.py", "tools/*", "requirements/*", "frontend/*")
        for p in ROOT.glob(pattern)
    ]
    found = [
        str(path.relative_to(ROOT))
        for path in [*tracked, ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "README.md"]
        if path.is_file()
        and path.suffix in {".py", ".md", ".txt", ".toml", ".json", ".sh", ".html", ".typ", ".js", ".css", ""}
        and path.name != "test_house.py"
        and words.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
