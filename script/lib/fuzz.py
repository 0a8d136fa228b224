"""Fuzzes separate registers with Schemathesis: every operation of the document, every check, every phase.

Each seed is a run with a new register, so that a run can be repeated. A run uses the API keys of two councils, whose private
papers must not be visible to each other, and of an administrator for operations that councils may not call.
schemathesis.toml lists the statuses that Schemathesis accepts in addition to its own rules. Exits with 0 if no run found
anything.
"""

import argparse
import datetime
import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from register import ROOT, Register

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# The working directory of Schemathesis.
FOLDER = ROOT / ".data" / "fuzz"
# The examples of the document belong to the first.
COUNCILS = ("herefordshire", "worcestershire")


def arguments():
    parser = argparse.ArgumentParser(
        prog="script/fuzz", description="Fuzzes a separate register.", epilog="Schemathesis gets the arguments after --."
    )
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds to run (3)")
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="first seed (1)")
    parser.add_argument("--cases", type=int, default=30, help="maximum number of cases per operation and phase (30)")
    parser.add_argument("--time", type=int, metavar="SECONDS", help="stop after about this time")
    parser.add_argument("more", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


def call(register, key, method, path, body=None):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    url = f"http://{register.address}/v1{path}"
    request = urllib.request.Request(url, body and json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def key_of(register, council):
    authority = call(register, register.key, "GET", f"/authorities?q={council}")["items"][0]["authority_id"]
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    expires_at = tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ")
    new = {"name": council, "role": "contributor", "authority_ids": [authority], "expires_at": expires_at}
    return call(register, register.key, "POST", "/api-keys", new)["secret"]


def is_taken(register, key):
    try:
        return bool(call(register, key, "GET", "/themes"))
    except urllib.error.HTTPError:
        return False


def never_done(register):
    """The operations of the document that never succeeded."""
    with urllib.request.urlopen(f"http://{register.address}/metrics", timeout=30) as answer:
        counted = answer.read().decode()
    done = set(re.findall(r'http_requests_total\{method="(\w+)",route="([^"]+)",status="2', counted))
    with urllib.request.urlopen(f"http://{register.address}/openapi.json", timeout=30) as answer:
        document = json.load(answer)
    prefix = urllib.parse.urlsplit(document["servers"][0]["url"]).path.rstrip("/")
    operations = {(method.upper(), prefix + path) for path, item in document["paths"].items() for method in item}
    return sorted(f"{method} {path}" for method, path in operations - done)


def configuration(keys):
    """The settings with the API keys, in the order in which they are tried if one is not permitted."""
    header = {name: {"name": "Authorization", "value": f"Bearer {key}"} for name, key in keys}
    users = [{"name": name, "fixedHeaders": [header[name]]} for name, _ in keys]
    (FOLDER / "keys.json").write_text(json.dumps({"auth": users}))
    settings = FOLDER / "schemathesis.toml"
    councils = f'[auth.wfc]\npath = "{FOLDER / "keys.json"}"\npeers = {json.dumps(COUNCILS)}\n'
    hooks = f'hooks = "{Path(__file__).with_name("fuzz_hooks.py")}"\n'
    settings.write_text(f"{hooks}\n{(ROOT / 'schemathesis.toml').read_text()}\n{councils}")
    return settings


def command(register, keys, seed, cases, time, more):
    yield from (SCHEMATHESIS, "--config-file", configuration(keys), "--no-color")
    yield from ("run", f"http://{register.address}/openapi.json", "--checks", "all", "--mode", "all")
    yield from ("--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure", "--workers", "1")
    yield from ("--seed", str(seed), "--max-examples", str(cases), "--generation-database", "none")
    yield from ("--generation-allow-x00", "true", "--request-timeout", "30")
    yield from (("--max-time", str(time)) if time else ())
    yield from more


def faults(register):
    """The errors in the log of the register."""
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
            keys = [(council, key_of(register, council)) for council in COUNCILS]
            keys = [*(reversed(keys) if seed % 2 == 0 else keys), ("administrator", register.key)]
            ran = subprocess.run(command(register, keys, seed, given.cases, share, given.more), cwd=FOLDER)
            told = faults(register)
            revoked = [name for name, key in keys if not is_taken(register, key)]
            noticed = [f"revoked by a request: the key of {name}" for name in revoked]
            noticed += [f"never succeeded: {operation}" for operation in never_done(register)]
        print(*noticed, *told, sep="\n")
        if ran.returncode != 0 or told:
            failed.append(seed)
    if failed:
        sys.exit(f"failed: seeds {', '.join(map(str, failed))}")


main()
