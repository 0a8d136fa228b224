"""Runs every sh, python and typescript block of all Markdown files in git, or of the given ones, against a running register.

Each file gets a separate register, and its blocks run in order, each in a separate process, with the API key of the
register in API_KEY, and with its program and settings. The output must equal the json or text block that follows, in which
… matches anything. A block that cannot run has a comment before it, <!-- not run: the reason -->.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from register import PROGRAM, ROOT, Register, temporary_folder

FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
EXEMPT = re.compile(r"<!-- not run: ([^>]+) -->\s*\Z")
# The file name for a block, and the command that runs it.
LANGUAGES = {
    "sh": ("block.sh", ["bash", "-euo", "pipefail"]),
    "python": ("block.py", ["python3"]),
    "typescript": ("block.mts", ["tsx"]),
}
# Languages of blocks that are not run.
OTHERS = {"json", "text", "sql", "ini", "yaml", "nginx", "r", "rust", "mermaid"}
TOOLS = [".data/python/examples/bin", ".data/node/tsx/node_modules/.bin"]
# The address of the register in the texts.
USUAL = "127.0.0.1:8080"


class Block:
    def __init__(self, text, fence, following):
        self.line = text.count("\n", 0, fence.start()) + 1
        self.language = fence.group(2)
        self.code = re.sub(rf"^{fence.group(1)}", "", fence.group(3), flags=re.MULTILINE)
        exempt = EXEMPT.search(text, 0, fence.start())
        self.reason = exempt and exempt.group(1)
        is_answer = (
            following
            and following.group(2) in ("json", "text")
            and not text[fence.end() : following.start()].strip()
        )
        self.expected = following.group(3) if is_answer else None

    def run(self, register, folder):
        """Returns an error message, or None."""
        name, command = LANGUAGES[self.language]
        file = folder / name
        file.write_text(self.code.replace(USUAL, register.address))
        path = os.pathsep.join([str(PROGRAM.parent), *(str(ROOT / tool) for tool in TOOLS), os.environ["PATH"]])
        environment = register.environment | {"PATH": path, "API_KEY": register.key}
        ran = subprocess.run(
            [*command, file], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )
        found = ran.stdout.replace(register.address, USUAL)
        if ran.returncode != 0:
            return f"exited with {ran.returncode}:\n{found}{ran.stderr}"
        if self.expected is not None and not matches(self.expected.strip(), found.strip()):
            return f"expected:\n{self.expected}but printed:\n{found}{ran.stderr}"
        return None


def matches(expected, found):
    pattern = ".*?".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, found, re.DOTALL) is not None


def blocks(text):
    fences = list(FENCE.finditer(text))
    for fence, following in zip(fences, [*fences[1:], None]):
        if fence.group(2) in LANGUAGES:
            yield Block(text, fence, following)
        elif fence.group(2) not in OTHERS:
            raise ValueError(f"a block of code in an unknown language: {fence.group()[:80]}")


def run_page(page, wanted, model):
    """Runs the blocks of one page against a copy of the model register; yields error messages."""
    folder = temporary_folder()
    for entry in ROOT.iterdir():
        if not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry)
    try:
        with Register(like=model) as register:
            for block in wanted:
                fault = block.run(register, folder)
                if fault:
                    yield f"{page}:{block.line} ({block.language}) {fault}"
    finally:
        shutil.rmtree(folder)


def main(pages):
    if not pages:
        listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
        pages = listed.stdout.split()
    ran, exempt, faults = 0, [], []
    with Register() as model:
        model.stop()
        for page in pages:
            found = list(blocks((ROOT / page).read_text()))
            exempt += [f"{page}:{block.line}: {block.reason}" for block in found if block.reason]
            wanted = [block for block in found if not block.reason]
            if wanted:
                begun = time.monotonic()
                faults += run_page(page, wanted, model)
                ran += len(wanted)
                print(f"    {page}: {len(wanted)} snippets ({time.monotonic() - begun:.0f} s)")
    print("".join(f"    not run: {line}\n" for line in exempt), end="")
    print(f"{ran - len(faults)} passed, {len(faults)} failed, {len(exempt)} skipped")
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults or not ran else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
