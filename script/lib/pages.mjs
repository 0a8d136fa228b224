// Opens the pages in a browser without network access. In Swagger UI, tries every GET as it is filled in, which must
// succeed without any filter; then a POST with the API key of the register. The security policies of the pages must block
// nothing, axe must find no fault of accessibility in light and dark colours, and a page of another origin must be
// able to read responses. CHROMIUM is the path of the browser; script/check builds the program and installs playwright-core
// and axe-core. Screenshots go to .data/pages/ for manual review.
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { withService } from './service.mjs';

const require = createRequire(new URL('../../.data/node/pages/', import.meta.url));
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
];

const WIDE = { width: 1440, height: 1000 };
const NARROW = { width: 390, height: 844 };
const PICTURES = '.data/pages';

async function withPage(origins, work) {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
    try {
        const faults = [];
        // Without transitions, colours are those of the moment.
        const page = await browser.newPage({ viewport: WIDE, reducedMotion: 'reduce' });
        await page.route('**/*', (route) => {
            if (origins.some((origin) => route.request().url().startsWith(`${origin}/`))) return route.continue();
            faults.push(`the page requests ${route.request().url()}`);
            return route.abort();
        });
        page.on('pageerror', (error) => faults.push(`the page fails: ${error.message}`));
        page.on('console', (message) => {
            if (message.type() === 'error') faults.push(`the page logs an error: ${message.text()}`);
        });
        await work(page, faults);
        return faults;
    } finally {
        await browser.close();
    }
}

// Expands an operation. Only those of a similar name are shown: with all of them, each step takes seconds.
async function expand(page, { operationId }) {
    await page.locator('#search').fill(operationId);
    const place = page.locator(`[id$="-${operationId}"]`);
    await place.locator('.opblock-summary-control').click();
    await place.locator('.execute').waitFor();
    return place;
}

// The address of a request with the examples of its required parameters, and without the others.
function addressOf(document, operation) {
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    const path = inPath.reduce((path, { name, example }) => path.replace(`{${name}}`, example), operation.path);
    return document.servers[0].url + path;
}

// Expands one operation, executes it and collapses it again; returns the faults. The displayed response must match
// `text`, by default a member of JSON or a file. `look` is called while the response is displayed.
async function tryOut(page, document, operation, expected = /^2\d\d/, text = /"\w+":|Download file/, look = () => []) {
    const name = `${operation.method} ${operation.path}`;
    const place = await expand(page, operation);
    await place.locator('.execute').click();
    const status = place.locator('.live-responses-table .response-col_status').last();
    const shown = (await status.innerText({ timeout: 20_000 })).trim();
    const answer = await place.locator('.live-responses-table .response-col_description').last().innerText();
    const address = (await place.locator('.request-url pre').innerText()).trim();
    console.error(`    ${shown} ${name}`);
    const faults = await look(place);
    await place.locator('.opblock-summary-control').click();
    if (address !== addressOf(document, operation)) faults.push(`${name} is sent to ${address}`);
    if (expected.test(shown) && text.test(answer)) return faults;
    return [...faults, `${name} shows ${shown} without ${text}: ${answer.slice(0, 500)}`];
}

// Lets axe look for faults that keep people from using the page, whatever their colours. The levels of headings are those of
// Swagger UI, which leaves some out (heading-order).
async function accessible(page, name) {
    const faults = [];
    for (const colorScheme of ['dark', 'light']) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => globalThis.axe.run({
            resultTypes: ['violations'],
            rules: { 'heading-order': { enabled: !globalThis.location.pathname.startsWith('/docs/') } },
        }));
        for (const { id, impact, nodes } of violations) {
            faults.push(`${name} in ${colorScheme} has ${nodes.length} × ${id} (${impact}): ${nodes[0].html.slice(0, 200)}`);
        }
    }
    return faults;
}

// Takes screenshots of the page; returns a fault for each one that is wider than the screen.
async function picture(page, name) {
    const faults = [];
    for (const [kind, size, colorScheme] of [['dark', WIDE, 'dark'], ['wide', WIDE, 'light'], ['narrow', NARROW, 'light']]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(size);
        await page.screenshot({ path: `${PICTURES}/${name}-${kind}.png` });
        const width = await page.evaluate(() => globalThis.document.documentElement.scrollWidth);
        if (width > size.width) faults.push(`${name} is ${width} pixels wide on a screen of ${size.width}`);
    }
    await page.setViewportSize(WIDE);
    return faults;
}

async function landing(page, base) {
    await page.goto(`${base}/`);
    const faults = [...await picture(page, 'landing'), ...await accessible(page, 'landing')];
    const links = await page.locator('a').evaluateAll((links) => links.map((link) => link.href));
    const own = ['/docs/', '/openapi.json', '/health/ready', '/v1/standings', '/v1/standings.csv', '/guides'];
    for (const address of [...own.map((path) => base + path), 'https://reports.ofsted.gov.uk/']) {
        if (!links.includes(address)) faults.push(`the landing page has no link to ${address}`);
    }
    const font = await page.evaluate(() => getComputedStyle(globalThis.document.body).fontFamily);
    if (!font.includes('sans-serif')) faults.push(`the landing page has lost its style: ${font}`);
    return faults;
}

// Guides and explanations of problems.
async function texts(page, base) {
    const faults = [];
    for (const path of ['guides', 'guides/glossary', 'guides/lists', 'problems', 'problems/not-found']) {
        await page.goto(`${base}/${path}`);
        const name = path.replace('/', '-');
        faults.push(...await picture(page, name), ...await accessible(page, name));
    }
    return faults;
}

// An operation that needs no API key has an empty security requirement.
function isOpen(operation) {
    return operation.security.some((way) => Object.keys(way).length === 0);
}

// The sections, a padlock at each operation that needs a key, and no value that would fill an optional parameter.
async function overview(page, document, operations) {
    const faults = [];
    const sections = await page.locator('.opblock-tag-section h3').evaluateAll((all) => all.map((one) => one.dataset.tag));
    const tags = document.tags.map((tag) => tag.name);
    if (sections.join() !== tags.join()) faults.push(`the sections are ${sections}, not ${tags}`);
    const locks = await page.locator('.opblock').evaluateAll((all) => (
        all.map((one) => [one.id.split('-').at(-1), one.querySelector('.authorization__btn') !== null])));
    const locked = new Map(locks);
    for (const operation of operations) {
        const { operationId } = operation;
        if (locked.get(operationId) !== !isOpen(operation)) faults.push(`${operationId} has a padlock: ${locked.get(operationId)}`);
    }
    const { paths } = await page.evaluate(() => globalThis.ui.getSystem().specSelectors.specJson().toJS());
    for (const { operationId, parameters } of Object.values(paths).flatMap(Object.values)) {
        const filled = parameters.filter(({ required, example, schema }) => !required && (example ?? schema.default) !== undefined);
        if (filled.length > 0) faults.push(`${operationId} fills ${filled.map((parameter) => parameter.name)}`);
    }
    return faults;
}

// What the search finds.
async function search(page) {
    const found = async (question) => {
        await page.locator('#search').fill(question);
        return page.locator('.opblock').evaluateAll((all) => all.map((one) => one.id.split('-').at(-1)));
    };
    const faults = [];
    const questions = [
        ['is_overdue', 'list_improvement_actions'], ['STATISTICAL  neighbour', 'list_authority_neighbours'],
        ['patch /evidence/{evidence_id}', 'update_evidence'], ['api keys rotations', 'create_api_key_rotation'],
    ];
    for (const [question, operation] of questions) {
        const ids = await found(question);
        if (!ids.includes(operation) || ids.length > 12) faults.push(`the search for ${question} finds ${ids}`);
    }
    await page.locator('#search').evaluate((element) => element.scrollIntoView());
    faults.push(...await picture(page, 'swagger-ui-search'));
    if ((await found('no-such-thing')).length > 0) faults.push('the search finds what is not there');
    await page.getByText('No operation contains all of these words.').waitFor();
    await page.locator('#search').fill('');
    return faults;
}

// Follows a link of the page to an operation, and collapses the operation again.
async function follow(page, place) {
    const linked = page.locator(`[id="operations-${place.replace(' ', '_').replace('/', '-')}"]`);
    await page.locator(`a[href="#/${place.replace(' ', '%20')}"]`).first().click();
    await linked.locator('.execute').waitFor();
    await linked.locator('.opblock-summary-control').click();
}

// Expands an operation of each method: problems are folded, and no optional parameter is filled.
async function everyMethod(page, operations) {
    const faults = [];
    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
        const operation = operations.find((one) => one.method === method && one.operationId !== 'list_standings');
        const place = await expand(page, operation);
        const problems = place.locator('.problems');
        if (await place.getByText('not_acceptable').count() > 0) faults.push(`${operation.operationId} shows its problems`);
        await problems.locator('summary').click();
        await problems.getByText('not_acceptable').waitFor();
        const filled = await place.locator('tr[data-param-name]').evaluateAll((rows) => rows.flatMap((row) => {
            const values = [...row.querySelectorAll('input, select')].map((control) => control.value).filter(Boolean);
            return row.querySelector('.required') || values.length === 0 ? [] : [`${row.dataset.paramName}=${values}`];
        }));
        if (filled.length > 0) faults.push(`${operation.operationId} is filled with ${filled}`);
        faults.push(...await accessible(page, `Swagger UI with ${operation.operationId}`));
        await place.locator('.opblock-summary-control').click();
    }
    return faults;
}

async function everyRead(page, document, operations, base) {
    await page.goto(`${base}/docs/`);
    await page.locator('.opblock').first().waitFor();
    const faults = await picture(page, 'swagger-ui');
    faults.push(...await overview(page, document, operations), ...await accessible(page, 'Swagger UI'));
    faults.push(...await search(page));
    // The link leads to an operation that the search hides.
    await page.locator('#search').fill('rotation');
    await follow(page, 'Standings/list_standings');
    await follow(page, 'Improvement actions/list_improvement_actions');
    faults.push(...await everyMethod(page, operations));
    for (const read of operations.filter((one) => one.method === 'get' && isOpen(one))) {
        faults.push(...await tryOut(page, document, read));
    }
    const standings = await expand(page, operations.find((one) => one.operationId === 'list_standings'));
    await standings.evaluate((element) => element.scrollIntoView());
    faults.push(...await picture(page, 'swagger-ui-operation'));
    return faults;
}

// Enters the API key in the dialog, and writes. After a reload, the key must still work for operations that require it.
async function withKey(page, document, operations, base, key) {
    if (!key) return ['the service prints no key'];
    // The browser would not load an address that differs only after its #.
    await page.goto('about:blank');
    await page.goto(`${base}/docs/#/Authorities/create_authority`);
    const place = page.locator('#operations-Authorities-create_authority');
    await place.locator('.execute').waitFor();
    await place.locator('.opblock-summary-control').click();
    const create = operations.find((one) => one.operationId === 'create_authority');
    const faults = await tryOut(page, document, create, /^401/, /unauthenticated/);
    await page.locator('.btn.authorize').first().click();
    const dialog = page.locator('.dialog-ux');
    await dialog.locator('input').fill(key);
    faults.push(...await picture(page, 'swagger-ui-authorize'), ...await accessible(page, 'the dialog of Swagger UI'));
    await dialog.locator('button[type=submit]').click();
    await dialog.locator('.btn-done').click();
    const look = async (operation) => {
        await operation.locator('.live-responses-table').evaluate((element) => element.scrollIntoView());
        return [...await picture(page, 'swagger-ui-answer'), ...await accessible(page, 'a response in Swagger UI')];
    };
    faults.push(...await tryOut(page, document, create, /^201/, /"authority_id"/, look));
    await page.reload();
    await page.locator('.btn.authorize.locked').waitFor();
    for (const read of operations.filter((one) => one.method === 'get' && !isOpen(one))) {
        faults.push(...await tryOut(page, document, read));
    }
    return faults;
}

// Checks what a page of another origin can read if CORS_ORIGINS lists that origin.
async function fromElsewhere(page, base, origin) {
    await page.goto(origin);
    const read = await page.evaluate(async (base) => {
        const found = await fetch(`${base}/v1/authorities/E06000019`, { headers: { 'X-Request-Id': 'elsewhere' } });
        const refused = await fetch(`${base}/v1/themes?x=1`);
        return [found.headers.get('ETag'), found.headers.get('X-Request-Id'), (await refused.json()).code];
    }, base);
    const expected = ['"1-gzip"', 'elsewhere', 'invalid_parameter'];
    return read.join() === expected.join() ? [] : [`a page of another origin reads ${read}, not ${expected}`];
}

const elsewhere = createServer((_, answer) => answer.end('<!doctype html><title>Elsewhere</title>'));
await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${elsewhere.address().port}`;
mkdirSync(PICTURES, { recursive: true });
const faults = await withService(origin, (base, key) => withPage([base, origin], async (page, faults) => {
    faults.push(...await landing(page, base), ...await texts(page, base));
    const document = await (await fetch(`${base}/openapi.json`)).json();
    const operations = Object.entries(document.paths).flatMap(([path, item]) => (
        Object.entries(item).map(([method, operation]) => ({ path, method, ...operation }))));
    faults.push(...await everyRead(page, document, operations, base));
    // The following steps cause refusals, which the browser logs as errors.
    const complaints = faults.length;
    faults.push(...await withKey(page, document, operations, base, key));
    faults.push(...await fromElsewhere(page, base, origin));
    const isExpected = (fault) => /the page logs an error: Failed to load resource: .*\b(400|401)\b/.test(fault);
    faults.splice(complaints, Infinity, ...faults.slice(complaints).filter((fault) => !isExpected(fault)));
}));
elsewhere.close();
if (faults.length > 0) {
    console.error(faults.join('\n'));
    process.exitCode = 1;
}
