"""Uses the register through a client made by openapi-python-client, and fails at the first answer that is not as it
should be. BASE_URL names the service; API_KEY is sent with every request.
"""

import datetime
import os
from collections.abc import Container
from http import HTTPStatus
from typing import TypeVar

import httpx

from inspection_register_client import AuthenticatedClient
from inspection_register_client.api.authorities import (
    create_authority,
    delete_authority,
    get_authority,
    update_authority,
)
from inspection_register_client.api.inspections import list_inspections
from inspection_register_client.api.standings import list_standings
from inspection_register_client.models import (
    Authority,
    AuthorityPatch,
    AuthorityType,
    Count,
    Grade,
    Inspection,
    InspectionPage,
    NewAuthority,
    Problem,
    ProblemCode,
    StandingPage,
)
from inspection_register_client.types import UNSET, Response, Unset

T = TypeVar("T")


def join_lists(request: httpx.Request) -> None:
    """Puts several codes into one parameter, separated by commas: the generator repeats the parameter instead."""
    values: dict[str, list[str]] = {}
    for name, value in request.url.params.multi_items():
        values.setdefault(name, []).append(value)
    request.url = request.url.copy_with(params={name: ",".join(several) for name, several in values.items()})


def connect() -> AuthenticatedClient:
    base_url = os.environ.get("BASE_URL", "http://127.0.0.1:8080") + "/v1"
    options = {"event_hooks": {"request": [join_lists]}}
    return AuthenticatedClient(base_url=base_url, token=os.environ["API_KEY"], httpx_args=options)


def problem_of(answer: Response[T], status: HTTPStatus, code: ProblemCode) -> Problem:
    problem = answer.parsed
    assert isinstance(problem, Problem), f"{code} is expected, not {answer.status_code}"
    assert answer.status_code == status == problem.status, problem
    assert problem.code == code, problem
    return problem


def some(inspection: Inspection, grades: Container[object]) -> bool:
    return any(judgement.grade in grades for judgement in inspection.judgements)


def page_through_inspections(register: AuthenticatedClient) -> None:
    frameworks, grades = ["ilacs_2018", "ilacs_2023"], [Grade.INADEQUATE, Grade.REQUIRES_IMPROVEMENT]
    seen: dict[str, Inspection] = {}
    cursor: str | Unset = UNSET
    while True:
        page = list_inspections.sync(
            client=register, framework=frameworks, grade=grades, limit=20, count=Count.EXACT, cursor=cursor
        )
        assert isinstance(page, InspectionPage), page
        seen.update((str(inspection.inspection_id), inspection) for inspection in page.items)
        cursor = page.page.next_cursor
        if isinstance(cursor, Unset):
            break
    total = page.page.total
    assert not isinstance(total, Unset) and total > 20, "there are several pages"
    assert len(seen) == total
    assert all(inspection.framework in frameworks and some(inspection, grades) for inspection in seen.values())
    print(f"{len(seen)} inspections by pages")


def read_standings(register: AuthenticatedClient) -> None:
    standings = list_standings.sync(
        client=register, as_at=datetime.date(2026, 1, 31), region="West Midlands", limit=200
    )
    assert isinstance(standings, StandingPage), standings
    [herefordshire] = [standing for standing in standings.items if standing.gss_code == "E06000019"]
    [overall] = [judgement for judgement in herefordshire.judgements if judgement.area == "overall_effectiveness"]
    assert isinstance(overall.grade, Grade)
    print(f"{len(standings.items)} standings; Herefordshire: {overall.grade}")


def record_and_correct(register: AuthenticatedClient) -> None:
    body = NewAuthority(
        name="Example of a client in Python",
        gss_code="E99000002",
        region="West Midlands",
        authority_type=AuthorityType.UNITARY_AUTHORITY,
        active_from=datetime.date(2024, 4, 1),
    )
    created = create_authority.sync_detailed(client=register, body=body)
    assert isinstance(created.parsed, Authority), created
    authority = str(created.parsed.authority_id)
    again = create_authority.sync_detailed(client=register, body=body)
    problem_of(again, HTTPStatus.CONFLICT, ProblemCode.CONFLICT)

    outdated = created.headers["ETag"]
    patch = AuthorityPatch(name="Example, corrected", active_from=None)
    corrected = update_authority.sync_detailed(authority, client=register, if_match=outdated, body=patch)
    assert isinstance(corrected.parsed, Authority), corrected
    assert corrected.parsed.name == "Example, corrected"
    assert isinstance(corrected.parsed.active_from, Unset)
    current = corrected.headers["ETag"]

    late = update_authority.sync_detailed(authority, client=register, if_match=outdated, body=patch)
    problem_of(late, HTTPStatus.PRECONDITION_FAILED, ProblemCode.PRECONDITION_FAILED)
    assert late.headers["ETag"] == current

    backwards = AuthorityPatch(active_from=datetime.date(2024, 4, 1), active_to=datetime.date(2023, 3, 31))
    wrong = update_authority.sync_detailed(authority, client=register, if_match=current, body=backwards)
    problem = problem_of(wrong, HTTPStatus.UNPROCESSABLE_ENTITY, ProblemCode.VALIDATION_FAILED)
    assert not isinstance(problem.errors, Unset)
    assert "/active_to" in [error.pointer for error in problem.errors]

    removed = delete_authority.sync_detailed(authority, client=register, if_match=current)
    assert removed.status_code == HTTPStatus.NO_CONTENT, removed
    gone = get_authority.sync_detailed(authority, client=register)
    problem_of(gone, HTTPStatus.NOT_FOUND, ProblemCode.NOT_FOUND)
    print("an authority recorded, corrected and removed; 409, 412, 422 and 404 told as problems")


if __name__ == "__main__":
    with connect() as register:
        page_through_inspections(register)
        read_standings(register)
        record_and_correct(register)
