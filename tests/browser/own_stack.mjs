// A `jeton dev` of a test's own, in a directory of its own, for what the shared stack does not have.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { stack } from './browser.mjs';

const run = promisify(execFile);

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

export class OwnStack {
  #server;

  // The directory of its files, which is removed at the end.
  directory = mkdtempSync(join(tmpdir(), 'jeton-own-'));

  // Starts it at `http://localhost`, because no browser makes passkeys for an IP address. `variables` are added to the
  // environment.
  async start(parameters = [], variables = {}) {
    const port = await freePort();
    this.issuer = `http://localhost:${port}`;
    const all = ['dev', '--port', `${port}`, '--issuer', this.issuer, '--env-file', this.#envFile, ...parameters];
    const env = { ...process.env, ...variables };
    const server = spawn(stack('JETON'), all, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#server = server;
    let told = '';
    for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8').on('data', (text) => { told += text; });
    while (!told.includes('Stop with Ctrl-C.')) {
      assert.equal(server.exitCode, null, told);
      await Promise.race([once(server.stdout, 'data'), once(server, 'exit')]);
    }
    return this;
  }

  get #envFile() {
    return join(this.directory, 'env');
  }

  // One of the operator's commands.
  async jeton(parameters, input = '') {
    const running = run(stack('JETON'), [...parameters, '--env-file', this.#envFile, '--json']);
    running.child.stdin.on('error', () => {});
    running.child.stdin.end(input);
    return JSON.parse((await running).stdout);
  }

  async stop() {
    this.#server?.kill();
    if (this.#server?.exitCode === null) await once(this.#server, 'exit');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
