// Pushed authorization requests, sent by openid-client and oauth4webapi with all their checks on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { Person } from './person.mjs';
import { registerApp, registerAppWithKey, stack } from './stack.mjs';

const issuer = stack('URL');
const redirectUri = stack('REDIRECT_URI');
const [api] = stack('APIS').split(' ');
const insecure = { [oauth.allowInsecureRequests]: true };

const connect = (id, authentication, metadata) =>
  client.discovery(new URL(issuer), id, metadata, authentication, { execute: [client.allowInsecureRequests] });

// Each way of authentication, with a client that is registered for it and must push its requests.
async function clients() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const jwk = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), kid: 'pushed' };
  const basic = registerApp('Pushed basic', '--require-par');
  const post = registerApp('Pushed post', '--require-par', '--auth-method', 'client_secret_post');
  const none = registerApp('Pushed public', '--require-par', '--auth-method', 'none');
  const key = registerAppWithKey('Pushed key', jwk, '--require-par');
  return [
    ['client_secret_basic', basic.client_id, client.ClientSecretBasic(basic.client_secret)],
    ['client_secret_post', post.client_id, client.ClientSecretPost(post.client_secret)],
    ['none', none.client_id, client.None()],
    ['private_key_jwt', key.client_id, client.PrivateKeyJwt({ key: pair.privateKey, kid: 'pushed' })],
  ];
}

test('openid-client pushes a request, however it authenticates', async (context) => {
  for (const [method, id, authentication] of await clients()) {
    await context.test(method, async () => {
      const config = await connect(id, authentication);
      assert.equal(config.serverMetadata().pushed_authorization_request_endpoint, `${issuer}/par`);
      const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
      const url = await client.buildAuthorizationUrlWithPAR(config, {
        redirect_uri: redirectUri,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        scope: 'openid read',
        resource: api,
        state,
        nonce: 'n-1',
      });
      assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
      const person = new Person(stack('USERNAME'), stack('PASSWORD'));
      const callback = await person.answer(url);
      const tokens = await client.authorizationCodeGrant(config, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: 'n-1',
        idTokenExpected: true,
      });
      assert.equal(tokens.claims().nonce, 'n-1');
      // What was answered is answered for good.
      const again = await fetch(url, { redirect: 'manual' });
      assert.equal(again.status, 400);
      assert.equal(again.headers.get('location'), null);
    });
  }
});

test('a client that must push its requests is told so when it does not', async () => {
  const { client_id: id } = registerApp('Not pushed', '--require-par', '--auth-method', 'none');
  const config = await connect(id, client.None());
  const verifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
  await assert.rejects(client.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier }), (thrown) => {
    assert.equal(thrown.error ?? thrown.cause?.get?.('error'), 'invalid_request', String(thrown));
    return true;
  });
});

test('oauth4webapi pushes a request and reads its errors', async () => {
  const as = await oauth
    .discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...insecure })
    .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response));
  const { client_id, client_secret } = registerApp('Pushed by oauth4webapi');
  const [app, authentication] = [{ client_id }, oauth.ClientSecretBasic(client_secret)];
  const verifier = oauth.generateRandomCodeVerifier();
  const parameters = {
    response_type: 'code',
    redirect_uri: redirectUri,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: 's',
  };
  const push = async (more) => {
    const response = await oauth.pushedAuthorizationRequest(as, app, authentication, { ...parameters, ...more }, insecure);
    return oauth.processPushedAuthorizationResponse(as, app, response);
  };
  const { request_uri, expires_in } = await push({});
  assert.ok(expires_in >= 5 && expires_in < 600);
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({ client_id, request_uri }).toString();
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
  const answer = oauth.validateAuthResponse(as, app, callback, 's');
  const response = await oauth.authorizationCodeGrantRequest(as, app, authentication, answer, redirectUri, verifier, insecure);
  const tokens = await oauth.processAuthorizationCodeResponse(as, app, response);
  assert.ok(tokens.refresh_token);
  for (const [more, error] of [
    [{ redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    [{ scope: 'admin' }, 'invalid_scope'],
    [{ request_uri }, 'invalid_request'],
  ]) {
    await assert.rejects(push(more), (thrown) => thrown.error === error);
  }
});
