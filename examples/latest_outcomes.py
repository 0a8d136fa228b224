"""The latest outcomes of all authorities as a table, one row per authority: latest_outcomes.py [URL].

Reads all pages of /standings into a pandas table, and compares it with the facts in data/: the grades of the latest graded
inspection of each authority in the files.
"""

import sys
from pathlib import Path

import pandas as pd
import requests

API = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/v1"
DATA = Path(__file__).resolve().parents[1] / "data"


def standings():
    """Every row of /standings, page by page, with the cursor of the previous page."""
    parameters = {"limit": 100}
    while parameters:
        answer = requests.get(f"{API}/standings", params=parameters, timeout=10)
        answer.raise_for_status()
        page = answer.json()
        yield from page["items"]
        cursor = page["page"].get("next_cursor")
        parameters = cursor and parameters | {"cursor": cursor}


def from_register():
    rows = pd.json_normalize(list(standings()), "judgements", ["gss_code", "authority_name", "region", "published_on"])
    graded = rows.dropna(subset="grade")
    return graded.pivot(index=["gss_code", "authority_name", "region", "published_on"], columns="area", values="grade")


def read(name):
    return pd.read_csv(DATA / name, dtype=str)


def from_files():
    grades = read("judgements.csv").dropna(subset="grade")
    inspections = read("inspections.csv").query("kind.notna() and kind != 'lscb_review'")
    inspections["ofsted_urn"] = inspections["inspection_key"].str.split("-").str[0]
    # Reports belong to an Ofsted URN, so two councils that succeeded one may share the same reports.
    authorities = read("authorities.csv").query("active_to.isna()")
    latest = inspections.sort_values("published_on").groupby("ofsted_urn").tail(1)
    rows = authorities.merge(latest, on="ofsted_urn").merge(grades, on="inspection_key")
    rows = rows.rename(columns={"name": "authority_name"})
    return rows.pivot(index=["gss_code", "authority_name", "region", "published_on"], columns="area", values="grade")


def main():
    table, expected = (made().sort_index() for made in (from_register, from_files))
    overall = table["overall_effectiveness"].fillna("no such grade")
    order = ["outstanding", "good", "requires_improvement", "inadequate", "no such grade"]
    region = table.index.get_level_values("region")
    counts = pd.crosstab(region, overall, rownames=[None], colnames=[None]).reindex(columns=order, fill_value=0)
    print(counts.to_string())
    same = table.equals(expected)
    print(f"\n{len(table)} authorities, {table.count().sum()} grades; the same in data/: {'yes' if same else 'no'}")
    if not same:
        ours, theirs = table.align(expected)
        print(ours.compare(theirs))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
