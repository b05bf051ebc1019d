// The React app of tests/clients/README.md, bundled and run as it is written there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { API, allowAccess, button, heading, jeton, launch, newPage, newPerson, signIn, stack } from './browser.mjs';
import { html, servePages } from './pages.mjs';

let browser;
let app;
let script;
before(async () => {
  browser = await launch();
  app = await servePages((path) => (path === '/app.js' ? { js: script } : { html: html('', '<div id="root"></div><script src="/app.js"></script>') }));
  const uris = ['--redirect-uri', `${app.url}/callback`, '--post-logout-redirect-uri', app.url];
  const grants = ['--grant', 'authorization_code', '--grant', 'refresh_token'];
  const created = ['client', 'create', '--name', 'React', '--auth-method', 'none', ...grants, ...uris, '--api', API];
  const { client_id: clientId } = await jeton([...created, '--id-token-claims', 'scope']);
  const values = { ISSUER: stack('URL'), CLIENT_ID: clientId, NODE_ENV: 'production' };
  const define = Object.fromEntries(Object.entries(values).map(([name, value]) => [`process.env.${name}`, JSON.stringify(value)]));
  const bundled = await build({
    entryPoints: [fileURLToPath(new URL('recipes/react-app.jsx', import.meta.url))],
    bundle: true,
    define,
    jsx: 'automatic',
    write: false,
  });
  script = bundled.outputFiles[0].text;
});
after(async () => {
  await browser?.close();
  await app?.stop();
});

test('a React app signs a person in and out', async () => {
  const { page, close } = await newPage(browser);
  const person = await newPerson('name=Ada Lovelace');
  await page.goto(app.url);
  await button(page, 'Sign in').click();
  await heading(page, 'Sign in').waitFor();
  await signIn(page, person);
  await allowAccess(page);
  await page.getByText('Hello, Ada Lovelace').waitFor();
  assert.equal(new URL(page.url()).search, '', 'the code has left the address');
  await button(page, 'Sign out').click();
  await page.waitForURL(`${app.url}/**`);
  await button(page, 'Sign in').click();
  // The session here is over too: the password is asked for again.
  await page.getByLabel('Password').waitFor();
  await close();
});

test('a React app shows an error that the server returns', async () => {
  const { page, close } = await newPage(browser);
  const person = await newPerson();
  await page.goto(app.url);
  await button(page, 'Sign in').click();
  await signIn(page, person);
  await button(page, 'Deny').click();
  await page.getByRole('alert').waitFor();
  await close();
});
