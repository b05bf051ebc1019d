// The recipes of tests/clients/README.md that are JavaScript, each run as it is written there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as oauth from 'openid-client';

import { Person } from './person.mjs';
import { jeton, stack } from './stack.mjs';
import { registerWebApp } from './web-app.mjs';

const API = 'https://recipes.example';
const OTHER = 'https://recipes.example/other';
for (const identifier of [API, OTHER]) jeton('api', 'create', '--identifier', identifier, '--scope', 'read write');
const service = jeton('client', 'create', '--name', 'Recipe', '--grant', 'client_credentials', '--api', API, '--api', OTHER);
const introspecting = jeton('client', 'create', '--name', 'Recipe API', '--introspects', API);

const running = new Set();
after(() => running.forEach((child) => child.kill()));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// Runs a recipe as a program of its own.
function run(name, environment) {
  const file = fileURLToPath(new URL(`recipes/${name}`, import.meta.url));
  const child = spawn(process.execPath, [file], { env: { ...process.env, ISSUER: stack('URL'), ...environment } });
  running.add(child);
  child.stdout.setEncoding('utf8');
  child.stderr.pipe(process.stderr);
  return child;
}

// Starts an API and gives its URL when it answers.
async function serve(name, environment) {
  const port = await freePort();
  const child = run(name, { ...environment, AUDIENCE: API, PORT: `${port}` });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    assert.equal(child.exitCode, null, `${name} ended`);
    if (await fetch(url).then(() => true, () => false)) return url;
  }
}

async function token(resource, scope) {
  const authorization = `Basic ${Buffer.from(`${service.client_id}:${service.client_secret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource, scope });
  const answer = await fetch(`${stack('URL')}/token`, { method: 'POST', headers: { authorization }, body });
  return (await answer.json()).access_token;
}

async function revoke(text) {
  const authorization = `Basic ${Buffer.from(`${service.client_id}:${service.client_secret}`).toString('base64')}`;
  const body = new URLSearchParams({ token: text });
  const answer = await fetch(`${stack('URL')}/revoke`, { method: 'POST', headers: { authorization }, body });
  assert.equal(answer.status, 200);
}

const ask = (url, text) => fetch(`${url}/orders`, text && { headers: { authorization: `Bearer ${text}` } });

// What every API does, whichever way it looks at tokens. Gives the token that it lets in.
async function assertProtected(url) {
  const good = await token(API, 'read');
  const answer = await ask(url, good);
  assert.deepEqual([answer.status, await answer.json()], [200, { client: service.client_id }]);
  const refused = async (status, challenge, text) => {
    const answer = await ask(url, text);
    assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [status, challenge]);
  };
  await refused(401, 'Bearer');
  await refused(401, 'Bearer error="invalid_token"', await token(OTHER, 'read'));
  await refused(401, 'Bearer error="invalid_token"', good.replace(/\.[^.]*$/, (signature) => signature.replaceAll(/[A-M]/g, 'Z')));
  await refused(401, 'Bearer error="invalid_token"', 'garbled');
  await refused(403, 'Bearer error="insufficient_scope", scope="read"', await token(API, 'write'));
  return good;
}

test('an API in Express verifies tokens offline', async () => {
  const url = await serve('express-api.mjs', {});
  const good = await assertProtected(url);
  await revoke(good);
  assert.equal((await ask(url, good)).status, 200, 'a JWT that is verified offline stays valid until it expires');
});

test('an API in Express introspects tokens, and refuses a revoked one at once', async () => {
  const credentials = { CLIENT_ID: introspecting.client_id, CLIENT_SECRET: introspecting.client_secret };
  const url = await serve('express-introspection.mjs', credentials);
  const good = await assertProtected(url);
  await revoke(good);
  assert.equal((await ask(url, good)).status, 401);
});

test('a command-line tool signs a person in at its loopback address', async () => {
  const app = jeton('client', 'create', '--name', 'Tool', '--auth-method', 'none', '--grant', 'authorization_code',
    '--redirect-uri', 'http://127.0.0.1/callback');
  const child = run('command-line.mjs', { CLIENT_ID: app.client_id });
  let said = '';
  for await (const text of child.stdout) {
    said += text;
    const request = text.match(/^Open (\S+)$/m);
    if (request) {
      const back = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(request[1]);
      assert.equal(await (await fetch(back)).text(), 'You can close this window.');
    }
  }
  assert.match(said, new RegExp(`^Signed in as ${stack('USERNAME')}$`, 'm'));
});

test('an agent exchanges the token of an app for one of its own', async () => {
  const url = await serve('express-api.mjs', {});
  const agent = jeton('client', 'create', '--id', 'agent', '--name', 'Agent', '--grant', 'token-exchange', '--api', API, '--scope', 'read');
  const app = registerWebApp('Shop', stack('REDIRECT_URI'), '--api', API, '--may-act', 'agent');
  const config = await oauth.discovery(new URL(stack('URL')), app.client_id, {}, oauth.ClientSecretBasic(app.client_secret),
    { execute: [oauth.allowInsecureRequests] });
  const checks = { pkceCodeVerifier: oauth.randomPKCECodeVerifier(), expectedState: oauth.randomState() };
  const request = oauth.buildAuthorizationUrl(config, {
    redirect_uri: stack('REDIRECT_URI'),
    state: checks.expectedState,
    code_challenge: await oauth.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(request);
  const { access_token: TOKEN } = await oauth.authorizationCodeGrant(config, callback, checks);
  const credentials = { CLIENT_ID: agent.client_id, CLIENT_SECRET: agent.client_secret };
  const child = run('agent.mjs', { ...credentials, AUDIENCE: API, API_URL: url, TOKEN });
  let said = '';
  for await (const text of child.stdout) said += text;
  assert.equal(said, '200 {"client":"agent"}\n');
});
