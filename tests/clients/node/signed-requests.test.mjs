// Signed request objects, made by openid-client and oauth4webapi, sent with the browser and pushed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { Person } from './person.mjs';
import { registerApp, registerAppWithKey, stack } from './stack.mjs';

const issuer = stack('URL');
const redirectUri = stack('REDIRECT_URI');
const insecure = { [oauth.allowInsecureRequests]: true };

// Key pairs for each algorithm of FAPI 2.0, with the client that they belong to.
async function signer(name, algorithm, ...more) {
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const jwk = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), kid: name };
  const app = registerAppWithKey(name, jwk, ...more);
  const key = { key: pair.privateKey, kid: name };
  return { id: app.client_id, key, authentication: client.PrivateKeyJwt(key) };
}

const algorithms = [
  ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
  ['PS256', { name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }],
  ['EdDSA', { name: 'Ed25519' }],
];

for (const [algorithm, parameters] of algorithms) {
  test(`openid-client signs a request with ${algorithm}, and pushes it or not`, async () => {
    const { id, key, authentication } = await signer(`Signed ${algorithm}`, parameters, '--request-object-alg', algorithm);
    const config = await client.discovery(new URL(issuer), id, undefined, authentication, { execute: [client.allowInsecureRequests] });
    for (const pushes of [false, true]) {
      const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
      let url = await client.buildAuthorizationUrlWithJAR(config, {
        redirect_uri: redirectUri,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        scope: 'openid read',
        state,
      }, key);
      assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request']);
      if (pushes) url = await client.buildAuthorizationUrlWithPAR(config, url.searchParams);
      const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
      const tokens = await client.authorizationCodeGrant(config, callback, {
        pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true,
      });
      assert.equal(tokens.claims().aud, id);
    }
  });
}

test('oauth4webapi signs a request, and is told what is wrong with one that another key signed', async () => {
  const as = await oauth
    .discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...insecure })
    .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response));
  assert.equal(as.request_parameter_supported, true);
  const { id, key } = await signer('Signed by oauth4webapi', algorithms[0][1]);
  const stranger = (await crypto.subtle.generateKey(algorithms[0][1], true, ['sign', 'verify'])).privateKey;
  const [app, authentication] = [{ client_id: id }, oauth.PrivateKeyJwt(key)];
  const verifier = oauth.generateRandomCodeVerifier();
  const parameters = new URLSearchParams({
    response_type: 'code',
    redirect_uri: redirectUri,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: 's',
  });
  const push = async (signedWith) => {
    const request = await oauth.issueRequestObject(as, app, parameters, signedWith);
    const response = await oauth.pushedAuthorizationRequest(as, app, authentication, { request }, insecure);
    return oauth.processPushedAuthorizationResponse(as, app, response);
  };
  const { request_uri } = await push(key);
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({ client_id: id, request_uri }).toString();
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
  const answer = oauth.validateAuthResponse(as, app, callback, 's');
  const response = await oauth.authorizationCodeGrantRequest(as, app, authentication, answer, redirectUri, verifier, insecure);
  assert.ok((await oauth.processAuthorizationCodeResponse(as, app, response)).access_token);
  await assert.rejects(push(stranger), (thrown) => thrown.error === 'invalid_request_object');
});

for (const algorithm of ['RS256', 'ES256', 'PS256', 'EdDSA']) {
  test(`openid-client reads responses signed with ${algorithm}, errors too`, async () => {
    const app = registerApp(`Signed response ${algorithm}`, '--response-alg', algorithm);
    const metadata = { authorization_signed_response_alg: algorithm };
    const config = await client.discovery(new URL(issuer), app.client_id, metadata, client.ClientSecretBasic(app.client_secret), {
      execute: [client.allowInsecureRequests, client.useJwtResponseMode],
    });
    const begin = async (more) => {
      const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        ...more,
      });
      assert.equal(url.searchParams.get('response_mode'), 'jwt');
      const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
      assert.deepEqual([...callback.searchParams.keys()], ['response']);
      return client.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedState: state });
    };
    assert.ok((await begin({ scope: 'read' })).access_token);
    await assert.rejects(begin({ scope: 'admin' }), (thrown) => {
      assert.equal(thrown.error ?? thrown.cause?.get?.('error'), 'invalid_scope', String(thrown));
      return true;
    });
  });
}
