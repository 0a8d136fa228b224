// Starts the program for a check in a browser.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

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
export async function withService(origin, work) {
    const folder = mkdtempSync(join(tmpdir(), 'inspection-register-'));
    chmodSync(folder, 0o755);
    const address = `127.0.0.1:${await freePort()}`;
    const { DATABASE_URL, ...environment } = process.env;
    const service = spawn(join(process.env.CARGO_TARGET_DIR ?? 'target', 'debug/inspection-register'), [], {
        env: {
            ...environment,
            BIND_ADDRESS: address,
            DATA_DIR: folder,
            RUST_LOG: 'warn',
            DRAIN_SECONDS: '0',
            CORS_ORIGINS: origin,
        },
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
