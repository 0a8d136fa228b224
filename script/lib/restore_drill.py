"""The restore drill: a register that is written to is dumped with pg_dump, restored into a cluster that is new, migrated
and started there; then both must hold the same rows and give the same answers, and the feed of events must go on.
"""

import glob
import json
import os
import pwd
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from register import PROGRAM, Register, temporary_folder

DATABASE = "inspection_register"
TABLES = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1"
# What both must answer alike: a table, a list, an aggregate, a history, a computed view.
ANSWERS = [
    "/v1/standings.csv",
    "/v1/standings?limit=200&as_at=2026-01-01",
    "/v1/inspections?limit=50&embed=findings,recommendations&count=exact",
    "/v1/improvement-actions?as_at=2026-01-01&embed=transitions,updates&count=exact",
    "/v1/authorities/E06000019",
    "/v1/inspections/01a20431-0c25-7351-b17c-76cc392af27d/history",
    "/v1/inspections/01a20431-0c26-7f6f-b048-41513696de59/follow-up?as_at=2026-01-12",
]
CORRECTED = "/v1/inspections/01a20431-0c25-7351-b17c-76cc392af27d"


def programs():
    """The folder of PostgreSQL's programs."""
    found = shutil.which("initdb")
    places = [os.environ.get("PG_BINDIR"), found and Path(found).parent]
    installed = glob.glob("/usr/lib/postgresql/*/bin") + glob.glob("/usr/pgsql-*/bin")
    places += sorted(installed, key=lambda place: int("".join(filter(str.isdigit, place)) or 0), reverse=True)
    places += glob.glob("/opt/homebrew/opt/postgresql@*/bin") + glob.glob("/usr/local/opt/postgresql@*/bin")
    for place in filter(None, places):
        if (Path(place) / "pg_restore").is_file() and (Path(place) / "initdb").is_file():
            return Path(place)
    raise SystemExit("pg_dump and pg_restore are not installed")


def server_user():
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        except KeyError:
            continue
    return {}


class Cluster:
    """A new PostgreSQL that is reached by a socket alone."""

    def __init__(self, bindir):
        self.bindir, self.user, self.folder = bindir, server_user(), temporary_folder()
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        self.data = self.folder / "data"

    def __enter__(self):
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        settings = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", settings, "start")
        return self

    def __exit__(self, *_):
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")
        shutil.rmtree(self.folder)

    def _run(self, program, *arguments):
        subprocess.run(
            [self.bindir / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/", **self.user
        )

    def url(self, database):
        return f"postgres:///{database}?host={self.folder}&user=postgres"


def sql(bindir, url, statement):
    command = [bindir / "psql", "--no-psqlrc", "-At", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")[:-1]


def contents(bindir, url):
    """Of each table the number of its rows and a digest of all of them."""
    of_table = "select '{0}', count(*), md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) from {0} t"
    statement = " union all ".join(of_table.format(f'public."{table}"') for table in sql(bindir, url, TABLES))
    return dict(line.split("|", 1) for line in sql(bindir, url, statement))


def ask(register, path, change=None, **headers):
    """The body of an answer; with a change, of a PATCH."""
    if register.key:
        headers["Authorization"] = f"Bearer {register.key}"
    request = urllib.request.Request(f"http://{register.address}{path}", headers=headers)
    if change:
        request.data, request.method = json.dumps(change).encode(), "PATCH"
        request.add_header("Content-Type", "application/json")
        request.add_header("If-Match", "*")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def feed(register, after=None):
    """Every event after that one."""
    events = []
    while True:
        query = f"&after={after}" if after else ""
        page = json.loads(ask(register, f"/v1/events?limit=200{query}"))["items"]
        if not page:
            return events
        events += page
        after = page[-1]["sequence"]


def correct(register, headline):
    ask(register, CORRECTED, {"headline": headline, "reason": "The restore drill writes."})


def check(is_so, what):
    if not is_so:
        raise SystemExit(f"the restored register is another: {what}")
    print(f"    the same: {what}")


def main():
    bindir = programs()
    begun = time.monotonic()
    with Register() as original:
        correct(original, "Written before the backup.")
        socket = original.folder / "socket"
        source = f"postgres:///{DATABASE}?host={socket}&user=postgres"
        before = contents(bindir, source)
        answers = {path: ask(original, path) for path in ANSWERS}
        events = feed(original)
        dump = original.folder / "register.dump"
        subprocess.run([bindir / "pg_dump", "-Fc", "-f", dump, source], check=True)
        print(f"    backed up: {len(before)} tables, {len(events)} events, {dump.stat().st_size // 1024} KiB")
        with Cluster(bindir) as cluster:
            target = cluster.url(DATABASE)
            sql(bindir, cluster.url("postgres"), f"create database {DATABASE}")
            subprocess.run([bindir / "pg_restore", "--exit-on-error", "--no-owner", "-d", target, dump], check=True)
            after = contents(bindir, target)
            changed = [table for table in before if after.get(table) != before[table]]
            check(before.keys() == after.keys() and not changed, f"every row of {len(before)} tables {changed or ''}")

            environment = os.environ | {"DATABASE_URL": target, "RUST_LOG": "warn"}
            subprocess.run([PROGRAM, "migrate"], env=environment, check=True)
            with Register(DATABASE_URL=target) as restored:
                restored.key = original.key
                for path, body in answers.items():
                    check(ask(restored, path) == body, path)
                check(feed(restored) == events, f"the feed of {len(events)} events")

                last = events[-1]["sequence"]
                for number in (1, 2):
                    correct(restored, f"Written after the restore, {number}.")
                new = feed(restored, after=last)
                sequences = [event["sequence"] for event in new]
                written = [event["after"]["headline"][-2:] for event in new]
                check(written == ["1.", "2."] and sequences[0] > last, f"the feed goes on after {last}: {sequences}")
                statement = "select count(*) from events where position <= (select max(position) from events where sequence <= {})"
                behind = int(sql(bindir, target, statement.format(last))[0])
                check(behind == len(events), "new events stand behind all old ones")
    print(f"    restored and compared in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
