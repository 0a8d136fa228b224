"""Fuzzes registers of its own with Schemathesis: every operation of the document, every check, every phase.

Each seed is a run with a register that is new, so that a run can be repeated. What Schemathesis may accept beyond its
own rules stands in schemathesis.toml. It ends with 0 if no run found anything.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from register import ROOT, Register

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# Where Schemathesis leaves what it remembers.
FOLDER = ROOT / ".data" / "fuzz"


def arguments():
    parser = argparse.ArgumentParser(
        prog="script/fuzz", description="Fuzzes a register of its own.", epilog="What follows -- goes to Schemathesis."
    )
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds to run (3)")
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="the first of them (1)")
    parser.add_argument("--cases", type=int, default=30, help="most cases an operation in a phase (30)")
    parser.add_argument("--time", type=int, metavar="SECONDS", help="end after about so long, however much is left")
    parser.add_argument("more", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


def command(register, seed, cases, time, more):
    yield from (SCHEMATHESIS, "--config-file", ROOT / "schemathesis.toml", "--no-color")
    yield from ("run", f"http://{register.address}/openapi.json", "--checks", "all", "--mode", "all")
    yield from ("--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure", "--workers", "1")
    yield from ("--seed", str(seed), "--max-examples", str(cases), "--generation-database", "none")
    yield from ("--generation-allow-x00", "true", "--request-timeout", "30")
    yield from ("--header", f"Authorization: Bearer {register.key}")
    yield from (("--max-time", str(time)) if time else ())
    yield from more


def faults(register):
    """What the register itself says went wrong."""
    said = (register.folder / "said").read_text(errors="replace").splitlines()
    return [line for line in said if "panicked" in line or "ERROR inspection_register" in line]


def main():
    given = arguments()
    FOLDER.mkdir(parents=True, exist_ok=True)
    share = given.time and max(given.time // given.seeds, 1)
    failed = []
    for seed in range(given.first, given.first + given.seeds):
        print(f"\n==> seed {seed}", flush=True)
        with Register(RATE_LIMIT="off") as register:
            ran = subprocess.run(command(register, seed, given.cases, share, given.more), cwd=FOLDER)
            told = faults(register)
        print(*told, sep="\n")
        if ran.returncode != 0 or told:
            failed.append(seed)
    if failed:
        sys.exit(f"found something: seeds {', '.join(map(str, failed))}")


main()
