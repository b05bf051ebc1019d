// MSAL for browsers, in its mode for any OpenID provider. It takes https only, and sends its `client-request-id` in the
// query of the token endpoint.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Dev } from '../clients/node/dev.mjs';
import { allowAccess, launch, newPage, signIn } from './browser.mjs';
import { fileOf, html, servePages } from './pages.mjs';

const FILES = { '/msal.js': 'lib/msal-browser.min.js', '/bridge.js': 'lib/redirect-bridge/msal-redirect-bridge.min.js' };
const API = 'https://orders.example';

let browser;
let app;
let dev;
let clientId;
before(async () => {
  dev = await Dev.start({ host: 'localhost', tls: true });
  browser = await launch();
  app = await servePages((path) => {
    if (FILES[path]) return { file: fileOf('@azure/msal-browser', FILES[path]) };
    return path === '/redirect' ? { html: REDIRECT } : { html: page() };
  });
  dev.jeton(['api', 'create', '--identifier', API, '--scope', 'read']);
  const uris = ['--redirect-uri', `${app.url}/redirect`, '--post-logout-redirect-uri', `${app.url}/goodbye`];
  const grants = ['--grant', 'authorization_code', '--grant', 'refresh_token'];
  const created = ['client', 'create', '--name', 'Single Page', '--auth-method', 'none', ...grants, ...uris, '--api', API];
  clientId = dev.jeton([...created, '--id-token-claims', 'scope']).client_id;
});
after(async () => {
  await browser?.close();
  await app?.stop();
  await dev?.stop();
});

const REDIRECT = html('<script src="/bridge.js"></script>', '<script>msalRedirectBridge.broadcastResponseToMainFrame()</script>');

const page = () => html('<script src="/msal.js"></script>', `<script>
  window.client = new msal.PublicClientApplication(${JSON.stringify({
    auth: {
      clientId,
      authority: dev.url,
      knownAuthorities: [new URL(dev.url).host],
      redirectUri: `${app.url}/redirect`,
      postLogoutRedirectUri: `${app.url}/goodbye`,
    },
    system: { protocolMode: 'OIDC' },
  })});
  window.done = client.initialize().then(() => client.handleRedirectPromise());
</script>`);

const RESULT = ({ accessToken, account, scopes }) => ({ accessToken, name: account.name, sub: account.localAccountId, scopes });
const SCOPES = { scopes: ['openid', 'profile', 'read'] };

async function open(person) {
  const opened = await newPage(browser, { ignoreHTTPSErrors: true });
  const queries = [];
  opened.page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.href.startsWith(`${dev.url}/token`) && request.method() === 'POST') queries.push(url.searchParams);
  });
  await opened.page.goto(app.url);
  await opened.page.evaluate('done');
  return { ...opened, queries, person };
}

test('MSAL for browsers signs a person in by redirect, refreshes, and signs out', async () => {
  const { page: tab, close, queries, person } = await open(dev.newPerson('name=Ada Lovelace'));
  await tab.evaluate((request) => void window.client.loginRedirect(request), SCOPES);
  await signIn(tab, person);
  await allowAccess(tab);
  await tab.waitForURL(`${app.url}/`);
  const first = await tab.evaluate(`done.then(${RESULT})`);
  assert.equal(first.name, 'Ada Lovelace');
  const again = "{ scopes: ['read'], account: client.getAllAccounts()[0], forceRefresh: true }";
  const second = await tab.evaluate(`client.acquireTokenSilent(${again}).then(${RESULT})`);
  assert.equal(second.sub, first.sub);
  assert.notEqual(second.accessToken, first.accessToken);
  assert.equal(queries.length, 2);
  for (const query of queries) assert.ok(query.has('client-request-id'), `${query}`);
  // By itself it names neither itself nor the person, and then nobody can be sent back.
  await tab.evaluate(() => void window.client.logoutRedirect({ idTokenHint: window.client.getAllAccounts()[0].idToken }));
  await tab.waitForURL(`${app.url}/goodbye**`);
  await close();
});

test('MSAL for browsers signs a person in in a popup', async () => {
  const { page: tab, close, person } = await open(dev.newPerson('name=Ada Lovelace'));
  const [popup] = await Promise.all([
    tab.waitForEvent('popup'),
    tab.evaluate((request) => {
      window.signedIn = window.client.loginPopup(request);
    }, SCOPES),
  ]);
  await signIn(popup, person);
  await allowAccess(popup);
  const result = await tab.evaluate(`signedIn.then(${RESULT})`);
  assert.equal(result.name, 'Ada Lovelace');
  await close();
});
