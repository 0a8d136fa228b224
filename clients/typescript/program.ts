// Uses the register through types made by openapi-typescript, and fails at the first answer that is not as it should be.
// BASE_URL names the service; API_KEY, if it is set, is sent with every request.
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './register.js';

type Inspection = components['schemas']['Inspection'];
type Problem = components['schemas']['Problem'];
type NewAuthority = components['schemas']['NewAuthority'];

const { BASE_URL = 'http://127.0.0.1:8080', API_KEY } = process.env;
const register = createClient<paths>({
    baseUrl: `${BASE_URL}/v1`,
    headers: API_KEY ? { Authorization: `Bearer ${API_KEY}` } : {},
    // Several codes go into one parameter, separated by commas.
    querySerializer: { array: { style: 'form', explode: false } },
});

function expectProblem(problem: Problem | undefined, status: number, code: Problem['code']): Problem {
    assert(problem, `${code} is expected`);
    assert.equal(problem.status, status);
    assert.equal(problem.code, code);
    assert(problem.trace_id);
    return problem;
}

function tagOf(response: Response): string {
    const tag = response.headers.get('ETag');
    assert(tag, 'the answer carries an entity tag');
    return tag;
}

async function pageThroughInspections(): Promise<void> {
    const seen = new Map<string, Inspection>();
    let cursor: string | undefined;
    let total: number | undefined;
    do {
        const { data, error } = await register.GET('/inspections', {
            params: {
                query: {
                    framework: ['ilacs_2018', 'ilacs_2023'],
                    grade: ['inadequate', 'requires_improvement'],
                    limit: 20,
                    count: 'exact',
                    ...(cursor === undefined ? {} : { cursor }),
                },
            },
        });
        assert(data, error?.detail);
        data.items.forEach((inspection) => seen.set(inspection.inspection_id, inspection));
        total = data.page.total;
        cursor = data.page.next_cursor;
    } while (cursor !== undefined);
    assert(total !== undefined && total > 20, 'there are several pages');
    assert.equal(seen.size, total);
    for (const { framework, judgements } of seen.values()) {
        assert(framework === 'ilacs_2018' || framework === 'ilacs_2023');
        assert(judgements.some(({ grade }) => grade === 'inadequate' || grade === 'requires_improvement'));
    }
    console.log(`${seen.size} inspections by pages`);
}

async function readStandings(): Promise<void> {
    const { data, error } = await register.GET('/standings', {
        params: { query: { as_at: '2026-01-31', region: 'West Midlands', limit: 200 } },
    });
    assert(data, error?.detail);
    const herefordshire = data.items.find(({ gss_code }) => gss_code === 'E06000019');
    const overall = herefordshire?.judgements.find(({ area }) => area === 'overall_effectiveness');
    assert(overall?.grade, 'Herefordshire has an overall grade');
    console.log(`${data.items.length} standings; Herefordshire: ${overall.grade}`);
}

async function recordAndCorrect(): Promise<void> {
    const body: NewAuthority = {
        name: 'Example of a client in TypeScript',
        gss_code: 'E99000001',
        region: 'West Midlands',
        authority_type: 'unitary_authority',
        active_from: '2024-04-01',
    };
    const created = await register.POST('/authorities', { body });
    assert(created.data, created.error?.detail);
    const path = { authority: created.data.authority_id };

    const again = await register.POST('/authorities', { body });
    expectProblem(again.error, 409, 'conflict');

    const outdated = tagOf(created.response);
    const corrected = await register.PATCH('/authorities/{authority}', {
        params: { path, header: { 'If-Match': outdated } },
        body: { name: 'Example, corrected', active_from: null },
    });
    assert(corrected.data, corrected.error?.detail);
    assert.equal(corrected.data.name, 'Example, corrected');
    assert.equal(corrected.data.active_from, undefined);

    const late = await register.PATCH('/authorities/{authority}', {
        params: { path, header: { 'If-Match': outdated } },
        body: { name: 'Example, too late' },
    });
    expectProblem(late.error, 412, 'precondition_failed');
    assert.equal(tagOf(late.response), tagOf(corrected.response));

    const wrong = await register.PATCH('/authorities/{authority}', {
        params: { path, header: { 'If-Match': tagOf(corrected.response) } },
        body: { active_from: '2024-04-01', active_to: '2023-03-31' },
    });
    const problem = expectProblem(wrong.error, 422, 'validation_failed');
    assert(problem.errors?.some(({ pointer }) => pointer === '/active_to'));

    const removed = await register.DELETE('/authorities/{authority}', {
        params: { path, header: { 'If-Match': tagOf(corrected.response) } },
    });
    assert.equal(removed.response.status, 204);
    const gone = await register.GET('/authorities/{authority}', { params: { path } });
    expectProblem(gone.error, 404, 'not_found');
    console.log('an authority recorded, corrected and removed; 409, 412, 422 and 404 told as problems');
}

await pageThroughInspections();
await readStandings();
await recordAndCorrect();
