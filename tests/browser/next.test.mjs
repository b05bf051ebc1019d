// The Next.js app of tests/clients/README.md, built by Next.js and run as it is written there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { allowAccess, button, heading, jeton, launch, newPage, newPerson, signIn, stack } from './browser.mjs';

const APP = fileURLToPath(new URL('recipes/next', import.meta.url));
const NEXT = fileURLToPath(new URL('node_modules/next/dist/bin/next', import.meta.url));
const BUILT = fileURLToPath(new URL('recipes/next/.next', import.meta.url));

let browser;
let server;
let url;

async function freePort() {
  const listener = createServer().listen(0, 'localhost');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

// Starts one of Next.js's commands, with what it says kept for a failure.
function next(parameters, environment) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...environment };
  const child = spawn(process.execPath, [NEXT, ...parameters], { cwd: APP, env });
  child.said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (child.said += text));
  return child;
}

before(async () => {
  rmSync(BUILT, { recursive: true, force: true });
  const port = await freePort();
  // Next.js calls this machine by this name in the addresses that it makes, whichever name was asked for.
  url = `http://localhost:${port}`;
  const grants = ['--grant', 'authorization_code', '--grant', 'refresh_token', '--id-token-claims', 'scope'];
  const client = await jeton(['client', 'create', '--name', 'Next', ...grants, '--redirect-uri', `${url}/api/auth/callback/jeton`]);
  const secrets = { CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret, AUTH_SECRET: 'a secret that is long enough' };
  const environment = { ...secrets, ISSUER: stack('URL') };
  const build = next(['build'], environment);
  const [status] = await once(build, 'close');
  assert.equal(status, 0, build.said);
  server = next(['start', '--hostname', 'localhost', '--port', `${port}`], environment);
  while (!(await fetch(url).then(({ ok }) => ok, () => false))) assert.equal(server.exitCode, null, server.said);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (server?.kill()) await once(server, 'close');
  rmSync(BUILT, { recursive: true, force: true });
});

test('a Next.js app signs a person in and out', async () => {
  const { page, close } = await newPage(browser);
  const person = await newPerson('name=Ada Lovelace', 'email=ada@example.com');
  await page.goto(url);
  await button(page, 'Sign in').click();
  await heading(page, 'Sign in').waitFor();
  await signIn(page, person);
  await allowAccess(page);
  await page.getByText('Hello, Ada Lovelace (ada@example.com)').waitFor();
  assert.equal(new URL(page.url()).search, '', 'the code has left the address');
  await button(page, 'Sign out').click();
  await button(page, 'Sign in').waitFor();
  assert.deepEqual(await (await page.request.get(`${url}/api/auth/session`)).json(), null);
  await close();
});

test('a Next.js app is told of a person who refuses', async () => {
  const { page, close } = await newPage(browser);
  const person = await newPerson();
  await page.goto(url);
  await button(page, 'Sign in').click();
  await signIn(page, person);
  await button(page, 'Deny').click();
  await page.waitForURL((address) => address.pathname === '/api/auth/error' || address.searchParams.has('error'));
  assert.equal(new URL(page.url()).origin, url);
  await close();
});
