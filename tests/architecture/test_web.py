"""Rules of the web door: permissions, thin views, no inline scripts, every word translated."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

import trunkline
from trunkline.security.audit import VERBS
from trunkline.security.roles import ROLES

WEB = Path(trunkline.__file__).parent / "interfaces" / "web"
ROOT = WEB.parent.parent.parent.parent
#: Pages that nobody has to log in for.
PUBLIC = {"staff:login", "staff:logout", "staff:language", "portal:login", "portal:status"}
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:|hx-on|hx-vals=['\"]js", re.IGNORECASE
)


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, entry.namespace or space)
        elif space:
            yield f"{space}:{entry.name}", entry


def pages() -> dict[str, URLPattern]:
    found = dict(patterns(get_resolver("trunkline.interfaces.web.urls")))
    assert found
    return found


def templates() -> list[Path]:
    return sorted(WEB.rglob("*.html"))


def test_every_page_carries_a_permission() -> None:
    bare = {name for name, page in pages().items() if not getattr(page.callback, "permission", "")}
    assert bare == PUBLIC


def test_every_permission_of_a_page_is_a_verb_or_a_view_and_granted_to_a_role() -> None:
    granted = [p for role in ROLES if role.code != "system" for p in role.permissions]
    families = tuple(p.removesuffix("*") for p in granted if p.endswith(".*"))
    wanted = {page.callback.permission for page in pages().values()} - {""}  # type: ignore[attr-defined]
    assert {p for p in wanted if p not in VERBS and not p.endswith(".view")} == set()
    assert {p for p in wanted if p not in granted and not p.startswith(families)} == set()


def test_every_page_of_the_portal_goes_through_its_one_door() -> None:
    found = {name: page for name, page in pages().items() if name.startswith("portal:")}
    outside = {name for name, page in found.items() if not getattr(page.callback, "portal", False)}
    assert outside == {"portal:login", "portal:status"}
    inside = {name for name, page in pages().items() if getattr(page.callback, "portal", False)}
    assert inside <= set(found)


def test_views_are_thin() -> None:
    thick = [
        f"{path.relative_to(WEB)}:{node.name}"
        for path in WEB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(d, ast.Call) and getattr(d.func, "id", "") in {"page", "portal_page"}
            for d in node.decorator_list
        )
        and (node.end_lineno or 0) - node.lineno + 1 > 40
    ]
    assert thick == []


def test_views_never_touch_tables() -> None:
    found = [
        str(path.relative_to(WEB))
        for path in WEB.rglob("*.py")
        if re.search(r"\.models import|\.objects\b|ModelForm", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_template_holds_a_script_or_a_style() -> None:
    found = [
        str(path.relative_to(WEB)) for path in templates() if INLINE.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_nothing_is_fetched_from_elsewhere() -> None:
    sources = [*templates(), *(WEB / "static").iterdir()]
    namespaces = "http://www.w3.org/"
    found = [
        str(path.relative_to(WEB))
        for path in sources
        if re.search(r"https?://|//cdn", path.read_text(encoding="utf-8").replace(namespaces, ""))
    ]
    assert found == []


def test_every_form_that_posts_has_its_token() -> None:
    form = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)
    found = [
        str(path.relative_to(WEB))
        for path in templates()
        for text in form.findall(path.read_text(encoding="utf-8"))
        if "{% csrf_token %}" not in text
    ]
    assert found == []


def test_every_icon_is_in_the_sprite() -> None:
    listed = set((ROOT / "frontend" / "icons.txt").read_text(encoding="utf-8").split())
    used = re.compile(r"\{% icon \"([\w-]+)\"|symbol=\"([\w-]+)\"")
    wanted = {
        name
        for path in templates()
        for groups in used.findall(path.read_text(encoding="utf-8"))
        for name in groups
        if name
    }
    menu = re.findall(
        r"Entry\(\s*\"[\w:]+\",\s*\"([\w-]+)\"", (WEB / "navigation.py").read_text(encoding="utf-8")
    )
    assert (wanted | set(menu)) - listed == set()


def test_every_message_is_translated() -> None:
    specification = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert specification is not None and specification.loader is not None
    messages = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(messages)
    assert messages.check() == 0
