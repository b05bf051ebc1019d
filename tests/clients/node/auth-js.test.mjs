// Auth.js (NextAuth), with a provider of its type `oidc`: it shows what the ID token says, and asks userinfo nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Auth } from '@auth/core';

import { stack } from './stack.mjs';
import { registerWebApp, Visitor } from './web-app.mjs';

const SITE = 'https://next.example';

test('Auth.js shows name and e-mail address', async () => {
  const registered = registerWebApp('Auth.js', `${SITE}/auth/callback/jeton`, '--id-token-claims', 'scope');
  const provider = { id: 'jeton', name: 'Jeton', type: 'oidc', issuer: stack('URL') };
  const config = {
    basePath: '/auth',
    trustHost: true,
    secret: 'a secret of the app that is long enough',
    providers: [{ ...provider, clientId: registered.client_id, clientSecret: registered.client_secret }],
  };
  const visitor = new Visitor((request) => Auth(request, config));
  const { csrfToken } = await (await visitor.visit(`${SITE}/auth/csrf`)).json();
  const form = new URLSearchParams({ csrfToken, callbackUrl: `${SITE}/auth/session` });
  const response = await visitor.visit(`${SITE}/auth/signin/jeton`, { method: 'POST', body: form });
  const session = await response.json();
  assert.deepEqual(session.user, { name: 'Ada Lovelace', email: 'ada@example.com' });
});
