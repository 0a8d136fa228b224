// The overdue actions of a council: overdue-actions.mts CODE [DAY] [URL], such as E06000019 2026-04-01. The code is a GSS
// code, an Ofsted URN or a DfE code. With an API key in API_KEY, the list includes private actions of the council.

interface Action {
    title: string;
    state: string;
    original_due_on: string;
    due_on: string;
    slip_days: number;
    owner_role?: string;
    rag?: string;
}

interface Page {
    items: Action[];
    page: { next_cursor?: string };
}

const [code, day, url = 'http://127.0.0.1:8080/v1'] = process.argv.slice(2);
if (!code) throw new Error('usage: overdue-actions.mts CODE [DAY] [URL], such as E06000019');
const headers: Record<string, string> = process.env.API_KEY ? { Authorization: `Bearer ${process.env.API_KEY}` } : {};

// Reads page by page, with the cursor of the previous page. Error responses are problem documents (RFC 9457).
async function* overdue(): AsyncGenerator<Action> {
    const query = new URLSearchParams({ authority: code!, is_overdue: 'true', sort: 'due_on' });
    if (day) query.set('as_at', day);
    for (;;) {
        const answer = await fetch(`${url}/improvement-actions?${query}`, { headers });
        if (!answer.ok) {
            const problem = (await answer.json()) as { title: string; detail: string; trace_id: string };
            throw new Error(`${problem.title}: ${problem.detail} (${problem.trace_id})`);
        }
        const { items, page } = (await answer.json()) as Page;
        yield* items;
        if (!page.next_cursor) return;
        query.set('cursor', page.next_cursor);
    }
}

const days = (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`;
const between = (from: string, to: string) => days(Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000));
const today = day ?? new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format();
let count = 0;
for await (const action of overdue()) {
    count += 1;
    const slip = action.slip_days > 0 ? `, put off by ${days(action.slip_days)} before` : '';
    console.log(`${action.title}\n    ${between(action.due_on, today)} late (due ${action.due_on}${slip})`);
    console.log(`    ${action.state}, ${action.rag ?? 'no RAG status'}, ${action.owner_role ?? 'no responsible role'}`);
}
console.log(`${count} overdue on ${today}`);
