// A `jeton dev` of its own, for tests that need another issuer than that of tests/clients/with-stack: another host name,
// or https behind a proxy that terminates TLS.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { stack } from './stack.mjs';

const PATIENCE = 15_000;
const PASSWORD = 'a long enough pass phrase';

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class Dev {
  #directory = mkdtempSync(join(tmpdir(), 'jeton-dev-'));
  #process;
  #proxy;
  #people = 0;

  // With `tls` the issuer is https, by a certificate of its own in `certificate`; `env` are variables of the server.
  static async start({ host = '127.0.0.1', tls = false, env = {} } = {}) {
    const dev = new Dev();
    try {
      const port = await freePort();
      dev.url = tls ? `https://${host}:${await dev.#serveTls(host, port)}` : `http://${host}:${port}`;
      dev.#run(['dev', '--port', `${port}`, '--issuer', dev.url, '--env-file', dev.#path('env')], env);
      await dev.#untilReady(port);
    } catch (error) {
      await dev.stop();
      throw error;
    }
    return dev;
  }

  #path(name) {
    return join(this.#directory, name);
  }

  // Writes a file that is there as long as the server runs, and returns its path.
  file(name, text) {
    const path = this.#path(name);
    writeFileSync(path, text);
    return path;
  }

  #run(args, env) {
    const log = openSync(this.#path('log'), 'w');
    this.#process = spawn(stack('JETON'), args, { stdio: ['ignore', log, log], env: { ...process.env, ...env } });
    closeSync(log);
  }

  async #untilReady(port) {
    const url = `http://127.0.0.1:${port}/.well-known/oauth-authorization-server`;
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline && this.#process.exitCode === null; await pause(20)) {
      if (await fetch(url).then(({ ok }) => ok, () => false)) return;
    }
    throw new Error(`jeton dev is not ready:\n${readFileSync(this.#path('log'), 'utf8')}`);
  }

  async #serveTls(host, port) {
    const [keyFile, certificateFile] = [this.#path('key.pem'), this.#path('certificate.pem')];
    const alternative = /^[0-9.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', `/CN=${host}`, '-addext', `subjectAltName=${alternative}`, '-keyout', keyFile, '-out', certificateFile],
    { stdio: 'ignore' });
    this.certificate = readFileSync(certificateFile);
    this.#proxy = createTlsServer({ key: readFileSync(keyFile), cert: this.certificate }, (request, response) => {
      const { method, url: path, headers } = request;
      const passed = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      passed.on('error', () => response.writeHead(502).end());
      request.pipe(passed);
    }).listen(0, '127.0.0.1');
    await once(this.#proxy, 'listening');
    return this.#proxy.address().port;
  }

  async stop() {
    if (this.#process?.exitCode === null && this.#process.kill()) await once(this.#process, 'exit');
    this.#proxy?.closeAllConnections();
    this.#proxy?.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  // One of the operator's commands; gives the JSON document that it prints.
  jeton(args, input = '') {
    const command = [...args, '--json', '--env-file', this.#path('env')];
    return JSON.parse(execFileSync(stack('JETON'), command, { input, encoding: 'utf8' }));
  }

  newPerson(...claims) {
    this.#people += 1;
    const username = `person-${this.#people}`;
    this.jeton(['user', 'create', '--username', username, '--password-stdin'], `${PASSWORD}\n`);
    if (claims.length > 0) this.jeton(['user', 'update', username, ...claims.flatMap((claim) => ['--claim', claim])]);
    return { username, password: PASSWORD };
  }
}
