// oidc-client-ts in a page: by redirect and in a popup, with refresh and sign-out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { API, allowAccess, jeton, launch, newPage, newPerson, signIn, stack } from './browser.mjs';
import { fileOf, html, servePages } from './pages.mjs';

const LIBRARY = fileOf('oidc-client-ts', 'dist/browser/oidc-client-ts.min.js');

let browser;
let app;
let clientId;
before(async () => {
  browser = await launch();
  app = await servePages((path) => (path === '/library.js' ? { file: LIBRARY } : { html: page() }));
  const uris = ['--redirect-uri', `${app.url}/callback`, '--post-logout-redirect-uri', `${app.url}/goodbye`];
  const grants = ['--grant', 'authorization_code', '--grant', 'refresh_token'];
  const created = ['client', 'create', '--name', 'Single Page', '--auth-method', 'none', ...grants, ...uris, '--api', API];
  clientId = (await jeton([...created, '--id-token-claims', 'scope'])).client_id;
});
after(async () => {
  await browser?.close();
  await app?.stop();
});

// The one page of the app. It finishes what it finds in its address, for itself or for the page that opened it.
const page = () => html('<script src="/library.js"></script>', `<script>
  window.manager = new oidc.UserManager(${JSON.stringify({
    authority: stack('URL'),
    client_id: clientId,
    redirect_uri: `${app.url}/callback`,
    post_logout_redirect_uri: `${app.url}/goodbye`,
    scope: 'openid profile read',
  })});
  window.done = location.pathname === '/callback' ? manager.signinCallback() : Promise.resolve();
</script>`);

const USER = ({ access_token, refresh_token, profile: { name, sub } }) => ({ access_token, refresh_token, name, sub });

test('oidc-client-ts signs a person in, refreshes, and signs out', async () => {
  const { page: tab, close } = await newPage(browser);
  const person = await newPerson('name=Ada Lovelace');
  await tab.goto(app.url);
  await tab.evaluate(() => void window.manager.signinRedirect());
  await signIn(tab, person);
  await allowAccess(tab);
  await tab.waitForURL(`${app.url}/callback?**`);
  const first = await tab.evaluate(`done.then(${USER})`);
  assert.equal(first.name, 'Ada Lovelace');
  const second = await tab.evaluate(`manager.signinSilent().then(${USER})`);
  assert.equal(second.sub, first.sub);
  assert.notEqual(second.access_token, first.access_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  await tab.evaluate(() => void window.manager.signoutRedirect());
  await tab.waitForURL(`${app.url}/goodbye**`);
  const refused = await tab.evaluate(async ([url, body]) => {
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(body) });
    return response.json();
  }, [`${stack('URL')}/token`, { grant_type: 'refresh_token', client_id: clientId, refresh_token: second.refresh_token }]);
  assert.equal(refused.error, 'invalid_grant');
  await close();
});

test('oidc-client-ts signs a person in in a popup', async () => {
  const { page: tab, close } = await newPage(browser);
  const person = await newPerson('name=Ada Lovelace');
  await tab.goto(app.url);
  const [popup] = await Promise.all([
    tab.waitForEvent('popup'),
    tab.evaluate(() => {
      window.signedIn = window.manager.signinPopup();
    }),
  ]);
  await signIn(popup, person);
  await allowAccess(popup);
  const user = await tab.evaluate(`signedIn.then(${USER})`);
  assert.equal(user.name, 'Ada Lovelace');
  assert.ok(popup.isClosed() || (await popup.waitForEvent('close')));
  await close();
});
