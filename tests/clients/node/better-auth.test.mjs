// better-auth, with its plugin for any OAuth or OpenID provider.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { genericOAuth } from 'better-auth/plugins';

import { stack } from './stack.mjs';
import { registerWebApp, Visitor } from './web-app.mjs';

const SITE = 'https://better.example';

test('better-auth signs a person in', async () => {
  const registered = registerWebApp('Better Auth', `${SITE}/api/auth/callback/jeton`);
  const auth = betterAuth({
    baseURL: SITE,
    secret: 'a secret of the app that is long enough, and random',
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    telemetry: { enabled: false },
    plugins: [genericOAuth({
      config: [{
        providerId: 'jeton',
        discoveryUrl: `${stack('URL')}/.well-known/openid-configuration`,
        clientId: registered.client_id,
        clientSecret: registered.client_secret,
        scopes: ['openid', 'profile', 'email'],
      }],
    })],
  });
  const visitor = new Visitor(auth.handler);
  const wanted = { provider: 'jeton', callbackURL: `${SITE}/api/auth/get-session` };
  const headers = { 'content-type': 'application/json', origin: SITE };
  const begun = await visitor.visit(`${SITE}/api/auth/sign-in/social`, { method: 'POST', body: JSON.stringify(wanted), headers });
  const { url } = await begun.json();
  const callback = await visitor.follow(new URL(url));
  const response = await visitor.visit(callback.url);
  const { user } = await response.json();
  assert.deepEqual([user.name, user.email, user.emailVerified], ['Ada Lovelace', 'ada@example.com', true]);
});
