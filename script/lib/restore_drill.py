"""The restore drill: writes to a register, dumps it with pg_dump, restores it into a new cluster, migrates it and starts it
there. Both must then contain the same rows and return the same responses, and the feed of events must continue.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request

from register import PROGRAM, Register

DATABASE = "inspection_register"
TABLES = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1"
# Requests to which both must return the same response: a table, a list, an aggregate, a history, a computed resource.
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


def url(register, database):
    """A database of the register's private server."""
    return f"postgresql:///{database}?host={register.folder}/socket&user=postgres"


def sql(database, statement):
    command = ["psql", "--no-psqlrc", "-At", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")[:-1]


def contents(database):
    """For each table, the number of its rows and a digest of all of them."""
    of_table = "select '{0}', count(*), md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) from {0} t"
    statement = " union all ".join(of_table.format(f'public."{table}"') for table in sql(database, TABLES))
    return dict(line.split("|", 1) for line in sql(database, statement))


def ask(register, path, change=None, **headers):
    """The body of the response to a GET or, with a change, to a PATCH."""
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
        raise SystemExit(f"failed: {what}")
    print(f"    passed: {what}")


def main():
    begun = time.monotonic()
    with Register() as original, Register() as other:
        correct(original, "Written before the backup.")
        source = url(original, DATABASE)
        # An old register has counted more transactions than a new cluster will have.
        sql(source, "do $$ begin for i in 1..5000 loop perform pg_current_xact_id(); commit; end loop; end $$")
        correct(original, "Written after many others.")
        before = contents(source)
        answers = {path: ask(original, path) for path in ANSWERS}
        events = feed(original)
        dump = original.folder / "register.dump"
        subprocess.run(["pg_dump", "-Fc", "-f", dump, source], check=True)
        print(f"    backed up: {len(before)} tables, {len(events)} events, {dump.stat().st_size // 1024} KiB")

        # The restored database goes into the new cluster of the other register, whose own database is not changed.
        sql(url(other, "postgres"), "create database restored")
        target = url(other, "restored")
        subprocess.run(["pg_restore", "--exit-on-error", "--no-owner", "-d", target, dump], check=True)
        after = contents(target)
        changed = [table for table in before if after.get(table) != before[table]]
        check(before.keys() == after.keys() and not changed, f"every row of {len(before)} tables {changed or ''}")
        environment = os.environ | {"DATABASE_URL": target, "RUST_LOG": "warn"}
        subprocess.run([PROGRAM, "migrate"], env=environment, check=True)
        with Register(DATABASE_URL=target) as restored:
            restored.key = original.key
            for path, body in answers.items():
                check(ask(restored, path) == body, path)
            check(feed(restored) == events, f"the feed of {len(events)} events")
            goes_on(restored, target, events)
    print(f"    restored and compared in {time.monotonic() - begun:.0f} s")


def goes_on(restored, target, events):
    """Writes, and continues the old feed: it must return the new events and no others."""
    last = events[-1]["sequence"]
    for number in (1, 2):
        correct(restored, f"Written after the restore, {number}.")
    new = feed(restored, after=last)
    sequences = [event["sequence"] for event in new]
    headlines = [event["after"]["headline"] for event in new]
    check(headlines == [f"Written after the restore, {number}." for number in (1, 2)], f"the new events: {sequences}")
    check(last < sequences[0] < sequences[1], f"the feed continues after {last}")
    statement = f"select min(position) filter (where sequence > {last}) > max(position) filter (where sequence <= {last})"
    check(sql(target, f"{statement} from events") == ["t"], "new events come after all old ones")
    check(sql(target, "select lead > 0 from event_clock") == ["t"], "the clock of the new cluster runs ahead")


if __name__ == "__main__":
    sys.exit(main())
