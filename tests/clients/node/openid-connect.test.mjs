// Jeton signs people in: openid-client as a relying party of OpenID Connect, with all its checks on.
// Run with: tests/clients/with-stack node --test tests/clients/node/*.test.mjs
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import * as jose from 'jose';
import * as client from 'openid-client';

import { Person } from './person.mjs';
import { registerApp, registerAppWithKey, stack } from './stack.mjs';

const issuer = stack('URL');
const scope = 'openid profile email phone address offline_access read';
const person = () => new Person(stack('USERNAME'), stack('PASSWORD'));

// Discovers the server for a registered client. Signatures are checked although the tokens come by TLS in the field.
async function connect(registered, { authentication, ...metadata } = {}) {
  authentication ??= client.ClientSecretBasic(registered.client_secret);
  const config = await client.discovery(
    new URL(issuer),
    registered.client_id,
    { require_auth_time: true, ...metadata },
    authentication,
    { algorithm: 'oidc', execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
  return config;
}

// A whole sign-in; gives the tokens with what was asked.
async function signIn(config, { by = person(), ...parameters } = {}) {
  const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: stack('REDIRECT_URI'),
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    max_age: '3600',
    ...parameters,
  });
  const callback = await by.answer(url);
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    maxAge: Number(parameters.max_age ?? 3600),
    idTokenExpected: true,
  };
  const redeem = () => client.authorizationCodeGrant(config, callback.clone?.() ?? callback, checks);
  return { callback, checks, redeem };
}

const signedIn = async (config, parameters) => (await signIn(config, parameters)).redeem();

// The left half of the hash that belongs to the algorithm (OpenID Connect Core §3.1.3.6).
function halfHash(algorithm, text) {
  const hash = createHash(algorithm === 'EdDSA' ? 'sha512' : 'sha256').update(text).digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}

for (const algorithm of ['RS256', 'ES256', 'PS256', 'EdDSA']) {
  test(`a person signs in and the ID token is signed with ${algorithm}`, async () => {
    const registered = registerApp(`Shop ${algorithm}`, '--id-token-alg', algorithm);
    const config = await connect(registered, { id_token_signed_response_alg: algorithm });
    const tokens = await signedIn(config);
    const header = jose.decodeProtectedHeader(tokens.id_token);
    assert.equal(header.alg, algorithm);
    const claims = tokens.claims();
    assert.equal(claims.iss, issuer);
    assert.equal(claims.sub, stack('SUB'));
    assert.deepEqual([claims.aud].flat(), [registered.client_id]);
    assert.equal(claims.at_hash, halfHash(algorithm, tokens.access_token));
    assert.ok(claims.auth_time <= claims.iat && claims.iat - claims.auth_time < 600);

    const told = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(told.email, 'ada@example.com');
    assert.equal(told.email_verified, true);
    assert.equal(told.address.country, 'GB');
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, 'somebody-else'));

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
    const again = refreshed.claims();
    for (const name of ['iss', 'sub', 'aud', 'auth_time']) assert.deepEqual(again[name], claims[name], name);
    assert.equal(again.at_hash, halfHash(algorithm, refreshed.access_token));
    await client.tokenRevocation(config, refreshed.refresh_token);
    await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, claims.sub));
  });
}

for (const algorithm of ['RS256', 'ES256', 'PS256', 'EdDSA']) {
  test(`userinfo is signed with ${algorithm} for a client that wants it`, async () => {
    const registered = registerApp(`Signed ${algorithm}`, '--userinfo-alg', algorithm);
    const config = await connect(registered, { userinfo_signed_response_alg: algorithm });
    const tokens = await signedIn(config);
    const told = await client.fetchUserInfo(config, tokens.access_token, stack('SUB'));
    assert.equal(told.email, 'ada@example.com');
    assert.equal(told.iss, issuer);
    assert.equal(told.aud, registered.client_id);
  });
}

for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
  test(`an app proves itself with a key: private_key_jwt with ${algorithm}`, async () => {
    const { publicKey, privateKey } = await jose.generateKeyPair(algorithm, { extractable: true });
    const jwk = { ...(await jose.exportJWK(publicKey)), kid: 'app', alg: algorithm, use: 'sig' };
    const registered = registerAppWithKey(`Keyed ${algorithm}`, jwk);
    // WebCrypto's own key, as this client wants it.
    const config = await connect(registered, { authentication: client.PrivateKeyJwt({ key: privateKey, kid: 'app' }) });
    const tokens = await signedIn(config);
    await client.refreshTokenGrant(config, tokens.refresh_token);
    const { privateKey: another } = await jose.generateKeyPair(algorithm);
    const wrong = await connect(registered, { authentication: client.PrivateKeyJwt({ key: another, kid: 'app' }) });
    const stolen = await signIn(wrong);
    await assert.rejects(stolen.redeem(), (thrown) => thrown.status === 401 || thrown.error === 'invalid_client');
  });
}

test('an app proves itself with a JWT by its secret: client_secret_jwt', async () => {
  const registered = registerApp('Secret JWT', '--auth-method', 'client_secret_jwt');
  const config = await connect(registered, { authentication: client.ClientSecretJwt(registered.client_secret) });
  const tokens = await signedIn(config);
  assert.equal(tokens.claims().sub, stack('SUB'));
  await client.tokenRevocation(config, tokens.refresh_token);
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token));
});

test('an app in the public signs people in with PKCE alone', async () => {
  const registered = registerApp('Public', '--auth-method', 'none');
  const config = await connect(registered, { authentication: client.None() });
  const tokens = await signedIn(config);
  assert.equal(tokens.claims().sub, stack('SUB'));
});

test('the answer comes by form_post, and the library reads the request', async () => {
  const config = await connect(registerApp('Form post'));
  const { callback, redeem } = await signIn(config, { response_mode: 'form_post' });
  assert.equal(callback.method, 'POST');
  assert.equal(callback.url, stack('REDIRECT_URI'));
  assert.equal((await redeem()).claims().sub, stack('SUB'));
});

test('who is signed in is not asked again, and asked again is a new sign-in', async () => {
  const config = await connect(registerApp('Silent'));
  const by = person();
  const first = await signedIn(config, { by });
  const silent = await signedIn(config, { by, prompt: 'none', id_token_hint: first.id_token });
  assert.equal(silent.claims().auth_time, first.claims().auth_time);
  // auth_time has whole seconds.
  while (Math.floor(Date.now() / 1000) <= first.claims().auth_time) await new Promise(setImmediate);
  const fresh = await signedIn(config, { by, prompt: 'login' });
  assert.ok(fresh.claims().auth_time > first.claims().auth_time);
  assert.equal(fresh.claims().sub, first.claims().sub);
});

test('silence where nobody is signed in is login_required', async () => {
  const config = await connect(registerApp('Nobody'));
  const { redeem } = await signIn(config, { prompt: 'none' });
  await assert.rejects(redeem(), (thrown) => thrown.error === 'login_required');
});

test('the library refuses what is not for it: another nonce, another state, another client', async () => {
  const config = await connect(registerApp('Careful'));
  const attempt = await signIn(config);
  for (const [name, value] of [['expectedState', 'other'], ['expectedNonce', 'other']]) {
    const { callback, checks } = name === 'expectedState' ? attempt : await signIn(config);
    await assert.rejects(client.authorizationCodeGrant(config, callback, { ...checks, [name]: value }), name);
  }
  const pretender = await connect(registerApp('Pretender'));
  const { callback, checks } = attempt;
  const stolen = client.authorizationCodeGrant(pretender, callback, checks);
  await assert.rejects(stolen, (thrown) => thrown.error === 'invalid_grant');
  assert.equal((await attempt.redeem()).claims().sub, stack('SUB'));
});

test('a pairwise client knows the person by another name, everywhere the same', async () => {
  const config = await connect(registerApp('Pairwise', '--subject-type', 'pairwise'));
  const [first, second] = [await signedIn(config), await signedIn(config)];
  assert.notEqual(first.claims().sub, stack('SUB'));
  assert.equal(first.claims().sub, second.claims().sub);
  await client.fetchUserInfo(config, first.access_token, first.claims().sub);
});

test('single claims come where they were asked for', async () => {
  const config = await connect(registerApp('Claims'));
  const claims = JSON.stringify({ id_token: { email: { essential: true } }, userinfo: { name: null } });
  const tokens = await signedIn(config, { scope: 'openid', claims });
  assert.equal(tokens.claims().email, 'ada@example.com');
  const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(told.name, 'Ada Lovelace');
});
