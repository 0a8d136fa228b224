// Opens Swagger UI as a reader does who has no network: every GET is tried out with its examples and must succeed.
// CHROMIUM names the browser; the program is built, and playwright-core installed, by script/check. Pictures of the page
// go to .data/, for people to look at.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const { chromium } = createRequire(import.meta.url)('../../.data/node/playwright-core/node_modules/playwright-core');
const FLAGS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
];

async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

// A service with a database of its own, in a folder that every user may enter: root's PostgreSQL runs as another user.
async function withService(work) {
    const folder = mkdtempSync(join(tmpdir(), 'inspection-register-'));
    chmodSync(folder, 0o755);
    const address = `127.0.0.1:${await freePort()}`;
    const { DATABASE_URL, ...environment } = process.env;
    const service = spawn(join(process.env.CARGO_TARGET_DIR ?? 'target', 'debug/inspection-register'), [], {
        env: { ...environment, BIND_ADDRESS: address, DATA_DIR: folder, RUST_LOG: 'warn' },
        stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ended = once(service, 'exit');
    try {
        await ready(`http://${address}/health/ready`, service);
        return await work(`http://${address}`);
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

async function withPage(base, work) {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
    try {
        const faults = [];
        const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
        await page.route('**/*', (route) => {
            if (route.request().url().startsWith(`${base}/`)) return route.continue();
            faults.push(`the page asks for ${route.request().url()}`);
            return route.abort();
        });
        page.on('pageerror', (error) => faults.push(`the page fails: ${error.message}`));
        page.on('console', (message) => {
            if (message.type() === 'error') faults.push(`the page complains: ${message.text()}`);
        });
        await work(page, faults);
        return faults;
    } finally {
        await browser.close();
    }
}

// Expands one operation, executes it and folds it again; returns what is wrong.
async function tryOut(operation) {
    const name = (await operation.locator('.opblock-summary-path').innerText()).replaceAll('\u200b', '');
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.execute').click();
    const status = operation.locator('.live-responses-table .response-col_status').last();
    const shown = (await status.innerText({ timeout: 10_000 })).trim();
    const answer = await operation.locator('.live-responses-table .response-col_description').last().innerText();
    console.error(`    ${shown} ${name}`);
    await operation.locator('.opblock-summary-control').click();
    return /^2\d\d/.test(shown) ? [] : [`GET ${name} shows ${shown}: ${answer.slice(0, 500)}`];
}

const faults = await withService((base) => withPage(base, async (page, faults) => {
    const document = await (await fetch(`${base}/openapi.json`)).json();
    const expected = Object.values(document.paths).filter((item) => item.get).length;
    await page.goto(`${base}/docs/`);
    await page.locator('.opblock').first().waitFor();
    await page.screenshot({ path: '.data/swagger-ui-wide.png' });
    const operations = await page.locator('.opblock-get').all();
    if (operations.length !== expected) faults.push(`${operations.length} of ${expected} GET operations are shown`);
    for (const operation of operations) faults.push(...await tryOut(operation));

    const standings = page.locator('.opblock-get').first();
    await standings.locator('.opblock-summary-control').click();
    await standings.evaluate((element) => element.scrollIntoView());
    await page.screenshot({ path: '.data/swagger-ui-wide-operation.png' });
    await page.setViewportSize({ width: 400, height: 900 });
    await standings.evaluate((element) => element.scrollIntoView());
    await page.screenshot({ path: '.data/swagger-ui-narrow-operation.png' });
    await standings.locator('.opblock-summary-control').click();
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: '.data/swagger-ui-narrow.png' });
    const width = await page.evaluate(() => globalThis.document.documentElement.scrollWidth);
    if (width > 400) faults.push(`the page is ${width} pixels wide where 400 are there`);
}));
if (faults.length > 0) {
    console.error(faults.join('\n'));
    process.exitCode = 1;
}
