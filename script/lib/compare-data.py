"""Compares data/ with the collection that it was derived from, fact by fact: compare-data.py SOURCE DATA.

Converts each row of the source to the row that data/ must contain, and compares both lists cell by cell in any order. The
ids exist only in data/. Prints differences, at most ten per file.
"""

import csv
import sys
from pathlib import Path

# CSV file: its number of rows, and the columns that identify a row.
FILES = {
    "authorities.csv": (161, ["gss_code"]),
    "statistical_neighbours.csv": (3058, ["gss_code", "neighbour_set", "rank", "neighbour_gss_code"]),
    "inspections.csv": (488, ["inspection_key"]),
    "judgements.csv": (2563, ["inspection_key", "area"]),
}
OWN_COLUMNS = {"authority_id", "inspection_id", "other_names", "former_codes"}
# Codes that the source has not replaced yet.
RECODED = {"E08000016": "E08000038", "E08000019": "E08000039"}
# Cumbria, to which old neighbour lists refer only by its abolished DfE code.
ABOLISHED = {"909": "E10000006"}
ILACS = [("2023-01-16", "ilacs_2018"), ("2026-04-01", "ilacs_2023"), ("9999-12-31", "ilacs_2026")]
FRAMEWORKS = {"": "", "SIF": "sif_2013", "LAC_2013": "looked_after_children_2013"}
# The day on which a council received the report, which the source does not state. data/README.md explains the derivation.
RECEIVED = {"80474-2022-09-21": "2022-09-12"}
KIND_BASES = {"": "", "printed_title": "printed"}
SOURCES = {"report_pdf": "report", "d2i_overview_xlsx": "summary_sheet", "file_name_only": "file_name"}


def authority(row):
    kept = ["name", "official_name", "gss_code", "dfe_code", "ofsted_urn", "region", "authority_type"]
    kept += ["population_0_25", "active_from", "active_to"]
    website = row["web_domain"] and "https://" + row["web_domain"]
    code = RECODED.get(row["gss_code"], row["gss_code"])
    own = {"gss_code": code, "website": website, "successors": row["successor_gss_codes"]}
    return {name: row[name] for name in kept} | own


def neighbour(row):
    code = row["neighbour_gss_code"] or ABOLISHED.get(row["neighbour_dfe_code"], "")
    own = {"gss_code": RECODED.get(row["gss_code"], row["gss_code"]), "neighbour_gss_code": RECODED.get(code, code)}
    return {name: row[name] for name in ["neighbour_set", "rank"]} | own


def inspection(row):
    framework = FRAMEWORKS.get(row["framework"])
    if row["framework"] == "ILACS":
        framework = next(version for end, version in ILACS if row["start_date"] < end)
    return {
        "inspection_key": row["inspection_key"],
        "framework": framework,
        "kind": row["inspection_type"],
        "kind_basis": KIND_BASES.get(row["inspection_type_basis"], "derived_from_dates"),
        "started_on": row["start_date"],
        "ended_on": row["end_date"],
        "fieldwork_as_printed": row["dates_printed"],
        "fieldwork_periods": row["spans"] if ";" in row["spans"] else "",
        "received_on": RECEIVED.get(row["inspection_key"], ""),
        "published_on": row["published_date"],
        "inspected_name": row["name_printed"],
        "lead_inspectors": row["lead_inspector"].replace("; ", ";").replace(" -", "-"),  # A space that the source has in one name.
        "report_url": row["source_url"],
        "source": SOURCES.get(row["source"]),
        "source_reference": source_reference(row),
    }


def source_reference(row):
    if row["source"] == "d2i_overview_xlsx":
        return "D2I overview sheet of 2026-06-29"
    parts = [row["source_file"].rpartition("/")[2]]
    if row["published_date_printed"] not in ("", row["published_date"]):
        parts.append("front page prints " + row["published_date_printed"])
    if row["source"] == "file_name_only":
        parts.append("the stored file is a web error page, not a report")
    if row["inspection_key"] in RECEIVED:
        parts.append("received_on is derived from the day on which its action plan was due")
    return "; ".join(parts)


def judgement(row):
    judged = row["grade"] != "not_judged"
    return {
        "inspection_key": row["inspection_key"],
        "area": row["judgement_area"],
        "grade": row["grade"] if judged else "",
        "grade_as_printed": row["grade_printed"] if judged else "",
        "absence_reason": "" if judged else "not_judged",
    }


FORMS = dict(zip(FILES, [authority, neighbour, inspection, judgement]))


def read(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keyed(rows, columns):
    return {tuple(row[column] for column in columns): row for row in rows}


def differences(source, data, name):
    count, key = FILES[name]
    source_rows, data_rows = read(source, name), read(data, name)
    for place, rows in (("source", source_rows), ("data", data_rows)):
        if len(rows) != count:
            yield f"{place} has {len(rows)} rows, not {count}"
    expected = keyed((FORMS[name](row) for row in source_rows), key)
    actual = keyed(data_rows, key)
    if len(actual) != len(data_rows):
        yield f"{', '.join(key)} do not identify a row"
    for row_key in sorted(expected.keys() ^ actual.keys()):
        yield f"{row_key} is only in {'source' if row_key in expected else 'data'}"
    for row_key in expected.keys() & actual.keys():
        wanted, found = expected[row_key], actual[row_key]
        for column in (wanted.keys() | found.keys()) - OWN_COLUMNS:
            if wanted.get(column) != found.get(column):
                yield f"{row_key} {column}: source {wanted.get(column)!r}, data {found.get(column)!r}"


def overall_grades(source, data):
    """The source repeats each overall grade in its row of the inspection."""
    areas = keyed(read(data, "judgements.csv"), ["inspection_key", "area"])
    for row in read(source, "inspections.csv"):
        found = areas.get((row["inspection_key"], "overall_effectiveness"), {"grade": ""})["grade"]
        if found != row["overall_grade"]:
            yield f"{row['inspection_key']}: source {row['overall_grade']!r}, data {found!r}"


def main():
    source, data = (Path(argument) for argument in sys.argv[1:])
    found = {name: list(differences(source, data, name)) for name in FILES}
    found["overall grades"] = list(overall_grades(source, data))
    for name, lines in found.items():
        print(f"{name}: {len(lines) or 'no'} differences")
        for line in lines[:10]:
            print(f"    {line}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
