// Opens the pages in a browser without network access. In Swagger UI, tries every GET with its examples, which must
// succeed; then a POST with the API key of the register. The security policies of the pages must block nothing, and a page
// of another origin must be able to read responses. CHROMIUM is the path of the browser; script/check builds the program
// and installs playwright-core. Screenshots go to .data/pages/ for manual review.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer as createPageServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const { chromium } = createRequire(import.meta.url)('../../.data/node/playwright-core/node_modules/playwright-core');
const FLAGS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
];

const WIDE = { width: 1440, height: 1000 };
const NARROW = { width: 390, height: 844 };
const PICTURES = '.data/pages';

async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

// Starts a service with its own database, in a directory that every user may enter: if root runs the script, PostgreSQL
// runs as another user. Its API key is the one that it prints at its first start.
async function withService(origin, work) {
    const folder = mkdtempSync(join(tmpdir(), 'inspection-register-'));
    chmodSync(folder, 0o755);
    const address = `127.0.0.1:${await freePort()}`;
    const { DATABASE_URL, ...environment } = process.env;
    const service = spawn(join(process.env.CARGO_TARGET_DIR ?? 'target', 'debug/inspection-register'), [], {
        env: { ...environment, BIND_ADDRESS: address, DATA_DIR: folder, RUST_LOG: 'warn', CORS_ORIGINS: origin },
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(service, 'exit');
    let said = '';
    service.stdout.on('data', (text) => { said += text; });
    try {
        await ready(`http://${address}/health/ready`, service);
        // The last line of the announcement comes after the key.
        while (!said.includes('Stop it with')) await sleep(50);
        return await work(`http://${address}`, said.match(/\birk_\w+/)?.[0]);
    } finally {
        service.kill('SIGTERM');
        await ended;
        rmSync(folder, { recursive: true, force: true });
    }
}

async function ready(url, service) {
    for (let attempt = 0; attempt < 600 && service.exitCode === null; attempt += 1) {
        if (await fetch(url).then((answer) => answer.ok, () => false)) return;
        await sleep(100);
    }
    throw new Error('the service does not become ready');
}

async function withPage(origins, work) {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
    try {
        const faults = [];
        const page = await browser.newPage({ viewport: WIDE });
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

// Expands one operation, executes it and collapses it again; returns the faults. The displayed response must match
// `text`, by default a member of JSON or a file. `look` is called while the response is displayed.
async function tryOut(operation, expected = /^2\d\d/, text = /"\w+":|Download file/, look = () => []) {
    const name = (await operation.locator('.opblock-summary-path').innerText()).replaceAll('\u200b', '');
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.execute').click();
    const status = operation.locator('.live-responses-table .response-col_status').last();
    const shown = (await status.innerText({ timeout: 10_000 })).trim();
    const answer = await operation.locator('.live-responses-table .response-col_description').last().innerText();
    console.error(`    ${shown} ${name}`);
    const faults = await look(operation);
    await operation.locator('.opblock-summary-control').click();
    if (expected.test(shown) && text.test(answer)) return faults;
    return [...faults, `${name} shows ${shown} without ${text}: ${answer.slice(0, 500)}`];
}

// Takes screenshots of the page; returns a fault for each one that is wider than the screen.
async function picture(page, name) {
    const faults = [];
    for (const [kind, size] of Object.entries({ wide: WIDE, narrow: NARROW })) {
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
    const faults = await picture(page, 'landing');
    const links = await page.locator('a').evaluateAll((links) => links.map((link) => link.href));
    const own = ['/docs/', '/openapi.json', '/health/ready', '/v1/standings', '/v1/standings.csv'];
    for (const address of [...own.map((path) => base + path), 'https://reports.ofsted.gov.uk/']) {
        if (!links.includes(address)) faults.push(`the landing page has no link to ${address}`);
    }
    const font = await page.evaluate(() => getComputedStyle(globalThis.document.body).fontFamily);
    if (!font.includes('sans-serif')) faults.push(`the landing page has lost its style: ${font}`);
    return faults;
}

// An operation that needs no API key has an empty security requirement.
function isOpen(operation) {
    return operation.security.some((way) => Object.keys(way).length === 0);
}

function named(page, operation) {
    return page.locator(`[id$="-${operation.operationId}"]`);
}

// Follows a link of the page to an operation, and collapses the operation again.
async function follow(page, place) {
    const linked = page.locator(`[id="operations-${place.replace(' ', '_').replace('/', '-')}"]`);
    await page.locator(`a[href="#/${place.replace(' ', '%20')}"]`).first().click();
    await linked.locator('.execute').waitFor();
    await linked.locator('.opblock-summary-control').click();
}

async function everyRead(page, document, reads, base) {
    await page.goto(`${base}/docs/`);
    await page.locator('.opblock').first().waitFor();
    const faults = await picture(page, 'swagger-ui');
    const sections = await page.locator('.opblock-tag-section h3').evaluateAll((all) => all.map((one) => one.dataset.tag));
    const tags = document.tags.map((tag) => tag.name);
    if (sections.join() !== tags.join()) faults.push(`the sections are ${sections}, not ${tags}`);
    await follow(page, 'Standings/list_standings');
    await follow(page, 'Improvement actions/list_improvement_actions');
    const shown = await page.locator('.opblock-get').count();
    if (shown !== reads.length) faults.push(`${shown} of ${reads.length} GET operations are shown`);
    for (const read of reads.filter(isOpen)) faults.push(...await tryOut(named(page, read)));
    const standings = page.locator('.opblock-get').first();
    await standings.locator('.opblock-summary-control').click();
    await standings.evaluate((element) => element.scrollIntoView());
    faults.push(...await picture(page, 'swagger-ui-operation'));
    return faults;
}

// Enters the API key in the dialog, and writes. After a reload, the key must still work for operations that require it.
async function withKey(page, reads, base, key) {
    if (!key) return ['the service prints no key'];
    // The browser would not load an address that differs only after its #.
    await page.goto('about:blank');
    await page.goto(`${base}/docs/#/Authorities/create_authority`);
    const create = page.locator('#operations-Authorities-create_authority');
    await create.locator('.execute').waitFor();
    await create.locator('.opblock-summary-control').click();
    const faults = await tryOut(create, /^401/, /unauthenticated/);
    await page.locator('.btn.authorize').first().click();
    const dialog = page.locator('.dialog-ux');
    await dialog.locator('input').fill(key);
    faults.push(...await picture(page, 'swagger-ui-authorize'));
    await dialog.locator('button[type=submit]').click();
    await dialog.locator('.btn-done').click();
    const look = async (operation) => {
        await operation.locator('.live-responses-table').evaluate((element) => element.scrollIntoView());
        return picture(page, 'swagger-ui-answer');
    };
    faults.push(...await tryOut(create, /^201/, /"authority_id"/, look));
    await page.reload();
    await page.locator('.btn.authorize.locked').waitFor();
    const confidential = reads.filter((read) => !isOpen(read));
    for (const read of confidential) faults.push(...await tryOut(named(page, read)));
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
    const expected = ['"1"', 'elsewhere', 'invalid_parameter'];
    return read.join() === expected.join() ? [] : [`a page of another origin reads ${read}, not ${expected}`];
}

const elsewhere = createPageServer((_, answer) => answer.end('<!doctype html><title>Elsewhere</title>'));
await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${elsewhere.address().port}`;
mkdirSync(PICTURES, { recursive: true });
const faults = await withService(origin, (base, key) => withPage([base, origin], async (page, faults) => {
    faults.push(...await landing(page, base));
    const document = await (await fetch(`${base}/openapi.json`)).json();
    const reads = Object.values(document.paths).filter((item) => item.get).map((item) => item.get);
    faults.push(...await everyRead(page, document, reads, base));
    // The following steps cause refusals, which the browser logs as errors.
    const complaints = faults.length;
    faults.push(...await withKey(page, reads, base, key));
    faults.push(...await fromElsewhere(page, base, origin));
    const isExpected = (fault) => /the page logs an error: Failed to load resource: .*\b(400|401)\b/.test(fault);
    faults.splice(complaints, Infinity, ...faults.slice(complaints).filter((fault) => !isExpected(fault)));
}));
elsewhere.close();
if (faults.length > 0) {
    console.error(faults.join('\n'));
    process.exitCode = 1;
}
