// Swagger UI: the button "Authorize" signs a person in in a popup, and requests carry the token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { API, allowAccess, jeton, launch, newPage, newPerson, signIn, stack } from './browser.mjs';
import { fileOf, html, servePages } from './pages.mjs';

const FILES = ['swagger-ui-bundle.js', 'swagger-ui.css', 'oauth2-redirect.html', 'oauth2-redirect.js'];

let browser;
let app;
let clientId;
const asked = [];
before(async () => {
  browser = await launch();
  app = await servePages((path, request) => {
    if (path === '/openapi.json') return { json: description() };
    if (path === '/') return { html: page() };
    if (path === '/orders') asked.push(request.headers.authorization);
    if (path === '/orders') return { json: [] };
    const name = FILES.find((file) => path === `/${file}`);
    return name && { file: fileOf('swagger-ui-dist', name) };
  });
  const created = ['client', 'create', '--name', 'Orders API', '--auth-method', 'none', '--grant', 'authorization_code'];
  clientId = (await jeton([...created, '--redirect-uri', `${app.url}/oauth2-redirect.html`, '--api', API])).client_id;
});
after(async () => {
  await browser?.close();
  await app?.stop();
});

const HEAD = '<link rel="stylesheet" href="/swagger-ui.css"><script src="/swagger-ui-bundle.js"></script>';
const page = () => html(HEAD, `<div id="ui"></div><script>
  SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', oauth2RedirectUrl: location.origin + '/oauth2-redirect.html' })
    .initOAuth({ clientId: '${clientId}', usePkceWithAuthorizationCodeGrant: true });
</script>`);

const description = () => ({
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1' },
  paths: { '/orders': { get: { security: [{ jeton: ['read'] }], responses: { 200: { description: 'The orders' } } } } },
  components: {
    securitySchemes: {
      jeton: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: `${stack('URL')}/authorize`,
            tokenUrl: `${stack('URL')}/token`,
            scopes: { read: 'Read orders' },
          },
        },
      },
    },
  },
});

test('Swagger UI authorizes in a popup', async () => {
  const { page: tab, close } = await newPage(browser);
  const person = await newPerson();
  await tab.goto(app.url);
  await tab.locator('.auth-wrapper button.authorize').click();
  const dialog = tab.locator('.dialog-ux');
  await dialog.locator('.scopes label[for*="read"]').first().click();
  const [popup] = await Promise.all([tab.waitForEvent('popup'), dialog.locator('button.authorize').click()]);
  await signIn(popup, person);
  await allowAccess(popup);
  await dialog.locator('button', { hasText: 'Logout' }).waitFor();
  await dialog.locator('.btn-done').click();
  await tab.locator('.opblock-summary-control').click();
  await tab.locator('.try-out__btn').click();
  await tab.locator('.execute').click();
  await tab.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
  assert.equal(asked.length, 1);
  const [, payload] = asked[0].replace('Bearer ', '').split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  assert.deepEqual([claims.iss, claims.client_id, claims.scope], [stack('URL'), clientId, 'read']);
  await close();
});
