// passport-openidconnect, which sends neither PKCE nor, by itself, a nonce, and its secret in the form.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import express from 'express';
import session from 'express-session';
import passport from 'passport';
import OpenIDConnectStrategy from 'passport-openidconnect';

import { stack } from './stack.mjs';
import { registerWebApp, serve, Visitor } from './web-app.mjs';

const issuer = stack('URL');
const verify = (iss, profile, done) => done(null, { iss, ...profile });

function app(url, registration, options) {
  const registered = registerWebApp('Passport', `${url}/callback`, ...registration);
  const authenticator = new passport.Passport();
  authenticator.use(new OpenIDConnectStrategy({
    issuer,
    authorizationURL: `${issuer}/authorize`,
    tokenURL: `${issuer}/token`,
    userInfoURL: `${issuer}/userinfo`,
    clientID: registered.client_id,
    clientSecret: registered.client_secret,
    callbackURL: `${url}/callback`,
    scope: ['profile', 'email'],
    ...options,
  }, verify));
  authenticator.serializeUser((user, done) => done(null, user));
  authenticator.deserializeUser((user, done) => done(null, user));
  return express()
    .use(session({ secret: 'secret of the app', resave: false, saveUninitialized: false }))
    .use(authenticator.session())
    .get('/login', authenticator.authenticate('openidconnect'))
    .get('/callback', authenticator.authenticate('openidconnect', { successRedirect: '/me' }))
    .get('/me', (request, response) => response.json(request.user));
}

const ROWS = [
  ['as it comes', ['--pkce', 'optional', '--id-token-claims', 'scope'], {}],
  ['with a nonce, and the profile of userinfo', [], { nonce: true, skipUserProfile: false }],
];

for (const [name, registration, options] of ROWS) {
  test(`passport-openidconnect signs a person in ${name}`, async () => {
    const { url, stop } = await serve((address) => app(address, registration, options));
    try {
      const response = await new Visitor().visit(`${url}/login`);
      assert.equal(response.status, 200, await response.clone().text());
      const user = await response.json();
      assert.deepEqual([user.iss, user.id], [issuer, stack('SUB')]);
      assert.equal(user.displayName, 'Ada Lovelace');
      assert.deepEqual(user.emails, [{ value: 'ada@example.com' }]);
    } finally {
      await stop();
    }
  });
}
