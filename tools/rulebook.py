"""The rulebook under docs/: `write` makes it from the declarations, `check` says whether it is current."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rulebook"


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them; the exit status says whether all is well."""
    if arguments not in (["write"], ["check"]):
        print("usage: rulebook.py write|check", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trunkline.config.settings")
    django.setup()
    from trunkline.counter.rulebook import pages

    wanted = pages()
    there = {path.name: path for path in FOLDER.glob("*.md")}
    if arguments == ["write"]:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in there.keys() - wanted.keys():
            there[name].unlink()
        for name, text in wanted.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
        return 0
    stale = sorted(
        name
        for name in there.keys() | wanted.keys()
        if name not in there or there[name].read_text(encoding="utf-8") != wanted.get(name)
    )
    for name in stale:
        print(f"docs/rulebook/{name} is not current: run `make rulebook`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
