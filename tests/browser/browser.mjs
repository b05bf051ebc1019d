// Chromium, an app to come back to, and what tests look at in a page.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { chromium } from 'playwright-core';

const run = promisify(execFile);
const SCREENSHOTS = fileURLToPath(new URL('../../target/screenshots/', import.meta.url));
const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));
const PATIENCE = 15_000;

export const stack = (name) => {
  const value = process.env[`STACK_${name}`];
  assert.ok(value, `STACK_${name} is not set: run this through tests/clients/with-stack`);
  return value;
};

export const API = 'https://rs256.example';

// A browser with a fresh profile. What Chromium keeps beside its profile goes to a directory that is removed when it is
// closed.
export async function launch() {
  const home = mkdtempSync(join(tmpdir(), 'jeton-browser-'));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  browser.on('disconnected', () => rmSync(home, { recursive: true, force: true }));
  return browser;
}

// One of the operator's commands.
export async function jeton(parameters, input = '') {
  const running = run(stack('JETON'), [...parameters, '--env-file', stack('ENV_FILE'), '--json']);
  // A command that reads nothing may be gone before its input is; one that failed is told by what it ended with.
  running.child.stdin.on('error', () => {});
  running.child.stdin.end(input);
  return JSON.parse((await running).stdout);
}

let people = 0;

// A person nobody else signs in as; what is known of them is given as `NAME=VALUE`.
export async function newPerson(...claims) {
  people += 1;
  const [username, password] = [`browser-${process.pid}-${people}`, 'a long enough pass phrase'];
  await jeton(['user', 'create', '--username', username, '--password-stdin'], `${password}\n`);
  if (claims.length > 0) await jeton(['user', 'update', username, ...claims.flatMap((claim) => ['--claim', claim])]);
  return { username, password };
}

// A client without a secret, registered at the stack, with a web server behind its redirect URI. Such a client is
// asked about every time.
export class App {
  #server;
  #answers = [];

  static async start(name = 'Browser App') {
    const app = new App();
    app.name = name;
    app.#server = createServer(async (request, response) => {
      const url = new URL(request.url, app.redirectUri);
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += part;
      const answer = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams;
      if (url.pathname === '/callback') app.#answers.push(answer);
      response.writeHead(url.pathname === '/callback' ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><html lang="en"><title>The app</title><h1>Back at the app</h1></html>');
    }).listen(0, '127.0.0.1');
    await once(app.#server, 'listening');
    app.redirectUri = `http://127.0.0.1:${app.#server.address().port}/callback`;
    app.signedOutUri = new URL('/signed-out', app.redirectUri).href;
    const uris = ['--redirect-uri', app.redirectUri, '--post-logout-redirect-uri', app.signedOutUri];
    const options = ['--auth-method', 'none', ...uris, '--api', API, '--scope', 'openid read write'];
    const grants = ['--grant', 'authorization_code', '--grant', 'refresh_token'];
    app.id = (await jeton(['client', 'create', '--name', name, ...grants, ...options])).client_id;
    return app;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  // A new authorization request.
  begin(more = {}) {
    this.verifier = randomBytes(32).toString('base64url');
    this.state = randomBytes(8).toString('base64url');
    const url = new URL('/authorize', stack('URL'));
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: this.id,
      redirect_uri: this.redirectUri,
      scope: 'read',
      state: this.state,
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    });
    return url.href;
  }

  // Asks to sign the person out whom an ID token is about, and to have them back.
  signOut(idToken) {
    const url = new URL('/logout', stack('URL'));
    url.search = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: this.signedOutUri, state: 'out' });
    return url.href;
  }

  // What the app was told so far, the newest last.
  get answers() {
    return this.#answers;
  }

  // Waits until the page is the app's, and gives what the app was told last.
  async answer(page) {
    await page.waitForURL(`${this.redirectUri}?**`);
    return this.#last();
  }

  // The same of an answer that was posted: nothing of it stands in the address.
  async postedAnswer(page) {
    await page.waitForURL(this.redirectUri);
    return this.#last();
  }

  #last() {
    const answer = this.#answers.at(-1);
    assert.equal(answer.get('state'), this.state);
    assert.equal(answer.get('iss'), stack('URL'));
    return answer;
  }

  // The token response for a code, and its status.
  async redeem(code) {
    const form = {
      grant_type: 'authorization_code',
      client_id: this.id,
      redirect_uri: this.redirectUri,
      code_verifier: this.verifier,
      code,
    };
    const response = await fetch(new URL('/token', stack('URL')), { method: 'POST', body: new URLSearchParams(form) });
    return { status: response.status, ...(await response.json()) };
  }
}

// A page of a browser that has never been here. Closing it fails the test when there are faults left: what the browser
// blocked for a content security policy, and errors of scripts.
export async function newPage(browser, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy/i.test(message.text())) faults.push(message.text());
  });
  const close = async () => {
    await context.close();
    assert.deepEqual(faults, [], 'the page complains');
  };
  return { context, page, faults, close };
}

export const heading = (page, name) => page.getByRole('heading', { level: 1, name });
export const button = (page, name) => page.getByRole('button', { name, exact: true });

export async function fillIn(page, { username, password }) {
  await heading(page, 'Sign in').waitFor();
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
}

export async function signIn(page, person) {
  await fillIn(page, person);
  await button(page, 'Sign in').click();
}

export const allowAccess = (page) => button(page, 'Allow').click();

export async function signInToConsent(page, app, person) {
  await page.goto(app.begin());
  await signIn(page, person);
  await heading(page, 'Allow access?').waitFor();
}

export async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
}

// What axe finds wrong with the page, a line each. It comes in through the debugger: the pages' own policy forbids
// scripts, and stays in force.
export async function faultsOf(page) {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found = await page.evaluate(() =>
    axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'target-size': { enabled: true } },
    }),
  );
  assert.ok(found.passes.length > 5, `axe looked at nothing: ${found.passes.length} rules passed`);
  const seen = [...found.violations, ...found.incomplete];
  return seen.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
