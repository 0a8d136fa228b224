"""Writes the licences of what is linked into the program for Linux on x86-64: licences.py FILE.

The crates are those that `cargo metadata` names as normal dependencies, build scripts' and tests' left out. Their texts
come from their packages. A package that has none is named on standard error, and a standard text stands for it; without
one, nothing is written.
"""

import json
import re
import subprocess
import sys
import textwrap
import zipfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = "x86_64-unknown-linux-gnu"
# Texts that no package has: libpq's own, and those of the libraries in the scripts of Swagger UI.
OWN = Path(__file__).parent / "licences"
LICENCE_FILE = re.compile(r"(un)?licen[cs]e|copying|notice|copyright", re.IGNORECASE)
C_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# What a comment with terms has, and a mere mention of who holds the copyright has not.
TERMS = [re.compile("copyright", re.IGNORECASE), re.compile("permission|redistribution", re.IGNORECASE)]
RULE = "=" * 100


def crates():
    """Each crate that is linked into the program, by name and version."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    reached, open_ends = set(), [root]
    while open_ends:
        crate = open_ends.pop()
        if crate in reached:
            continue
        reached.add(crate)
        for dependency in nodes[crate]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                open_ends.append(dependency["pkg"])
    linked = [package for package in metadata["packages"] if package["id"] in reached - {root}]
    vendored = [package for package in metadata["packages"] if package["name"] == "utoipa-swagger-ui-vendored"]
    return sorted(linked, key=lambda package: (package["name"], package["version"])), vendored


def texts_of(package):
    """The texts that a package has."""
    folder = Path(package["manifest_path"]).parent
    files = {file for file in folder.iterdir() if file.is_file() and LICENCE_FILE.match(file.name)}
    if package["license_file"]:
        files.add(folder / package["license_file"])
    return [file.read_text(errors="replace") for file in sorted(files)]


def standard_text(package):
    """The text of the licence that a package names without having it."""
    name = f"{package['name']} {package['version']}"
    print(f"{name} has no text of its licence ({package['license']}): the standard one stands for it", file=sys.stderr)
    if package["license"] == "PostgreSQL":
        return (OWN / "PostgreSQL.txt").read_text()
    if "MIT" in re.split(r"[ /()]+", package["license"] or ""):
        holders = ", ".join(re.sub(r" *<.*>", "", author) for author in package["authors"]) or "the authors"
        return re.sub(r"Copyright .*", f"Copyright (c) {holders}", (ROOT / "LICENSE").read_text(), count=1)
    sys.exit(f"error: there is no text for the licence {package['license']} of {name}")


def notices_in_c(package):
    """The terms of others that stand in comments of libpq's sources."""
    folder = Path(package["manifest_path"]).parent / "source"
    for file in sorted(folder.rglob("*.c")):
        for comment in C_COMMENT.findall(file.read_text(errors="replace")):
            if all(word.search(comment) for word in TERMS):
                yield comment


def swagger_ui(package):
    """The name of the Swagger UI in its crate, and its texts."""
    (archive,) = (Path(package["manifest_path"]).parent / "res").glob("v*.zip")
    version = archive.stem.removeprefix("v")
    libraries = OWN / f"swagger-ui-{version}.txt"
    if not libraries.is_file():
        source = f"swagger-ui-bundle.js.LICENSE.txt of the npm package swagger-ui-dist {version}"
        sys.exit(f"error: {libraries.relative_to(ROOT)} is missing: copy it from {source}")
    with zipfile.ZipFile(archive) as contents:
        own = [contents.read(f"swagger-ui-{version}/{name}").decode() for name in ("LICENSE", "NOTICE")]
    return f"Swagger UI {version}", [*own, libraries.read_text()]


def main(target):
    linked, vendored = crates()
    table, owners, texts = [], defaultdict(list), {}

    def add(name, text):
        key = " ".join(text.split())
        texts.setdefault(key, text.strip("\n"))
        if name not in owners[key]:
            owners[key].append(name)

    for package in linked:
        name = f"{package['name']} {package['version']}"
        table.append((name, package["license"]))
        for text in texts_of(package) or [standard_text(package)]:
            add(name, text)
        if package["name"] == "pq-src":
            for text in notices_in_c(package):
                add(f"{name} (parts of libpq)", text)
    for package in vendored:
        name, found = swagger_ui(package)
        table.append((name, "Apache-2.0, with libraries under their own licences"))
        for text in found:
            add(name, text)
    with open(target, "w") as file:
        print("What is linked into inspection-register, and under which licence:\n", file=file)
        for name, licence in table:
            print(f"  {name:<44} {licence}", file=file)
        for key, names in owners.items():
            heading = textwrap.fill(", ".join(names), len(RULE), break_on_hyphens=False)
            print(f"\n{RULE}\n{heading}\n{RULE}\n\n{texts[key]}", file=file)
    print(f"{len(table)} parts, {len(texts)} texts", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
