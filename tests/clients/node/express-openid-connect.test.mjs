// express-openid-connect, with the code flow that its client secret is for.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import express from 'express';
import openid from 'express-openid-connect';

import { stack } from './stack.mjs';
import { registerWebApp, serve, Visitor } from './web-app.mjs';

function app(url) {
  const uris = ['--post-logout-redirect-uri', `${url}/goodbye`];
  const registered = registerWebApp('Express', `${url}/callback`, '--id-token-claims', 'scope', ...uris);
  const settings = openid.auth({
    issuerBaseURL: stack('URL'),
    baseURL: url,
    clientID: registered.client_id,
    clientSecret: registered.client_secret,
    secret: 'secret of the app',
    authRequired: false,
    idpLogout: true,
    routes: { postLogoutRedirect: `${url}/goodbye` },
    authorizationParams: { response_type: 'code' },
  });
  return express()
    .use(settings)
    .get('/goodbye', (request, response) => response.json({ signedIn: request.oidc.isAuthenticated() }))
    .get('/me', openid.requiresAuth(), async (request, response) => {
      response.json({ user: request.oidc.user, told: await request.oidc.fetchUserInfo() });
    });
}

test('express-openid-connect signs a person in and out', async () => {
  const { url, stop } = await serve(app);
  try {
    const visitor = new Visitor();
    const response = await visitor.visit(`${url}/me`);
    assert.equal(response.status, 200, await response.clone().text());
    for (const { sub, name, email } of Object.values(await response.json())) {
      assert.deepEqual([sub, name, email], [stack('SUB'), 'Ada Lovelace', 'ada@example.com']);
    }
    const goodbye = await visitor.visit(`${url}/logout`);
    assert.deepEqual([goodbye.url, await goodbye.json()], [`${url}/goodbye`, { signedIn: false }]);
  } finally {
    await stop();
  }
});
