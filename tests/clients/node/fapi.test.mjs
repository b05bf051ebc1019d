// The FAPI 2.0 profiles as a client library follows them, with all of its checks on: private_key_jwt, pushed requests,
// DPoP, and for Message Signing request objects and signed responses.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { Dev } from './dev.mjs';
import { Person } from './person.mjs';

const redirectUri = 'https://bank.example/callback';
const api = 'https://accounts.example';
const headerOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

const algorithms = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  PS256: { name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
};

for (const nonce of ['off', 'required']) {
  describe(`nonces ${nonce}`, () => {
    let dev;
    let person;

    before(async () => {
      dev = await Dev.start({ env: { JETON_DPOP_NONCE: nonce } });
      person = dev.newPerson('name=Ada Lovelace');
      dev.jeton(['api', 'create', '--identifier', api, '--scope', 'accounts', '--alg', 'ES256']);
    });
    after(() => dev.stop());

    const answer = (url, decision) => new Person(person.username, person.password).answer(url, decision);

    // Registers a client with this profile, and returns its configuration.
    async function bank(profile, algorithm, metadata, ...execute) {
      const pair = await crypto.subtle.generateKey(algorithms[algorithm], true, ['sign', 'verify']);
      const jwk = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), kid: 'bank' };
      const keys = dev.file(`${profile}-${algorithm}-${Math.random()}.json`, JSON.stringify({ keys: [jwk] }));
      const registered = dev.jeton(['client', 'create', '--name', `${profile} ${algorithm}`, '--profile', profile,
        '--jwks', keys, '--grant', 'authorization_code', '--grant', 'refresh_token', '--grant', 'client_credentials',
        '--redirect-uri', redirectUri, '--api', api]);
      const key = { key: pair.privateKey, kid: 'bank' };
      const config = await client.discovery(new URL(dev.url), registered.client_id,
        { id_token_signed_response_alg: 'ES256', ...metadata }, client.PrivateKeyJwt(key),
        { execute: [client.allowInsecureRequests, ...execute] });
      return { config, key, id: registered.client_id };
    }

    // Signs the person in with a pushed request, and returns the tokens.
    async function signIn({ config, key }, DPoP, { signed, decision, ...more } = {}) {
      const [verifier, state, expectedNonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
      let parameters = new URLSearchParams({
        redirect_uri: redirectUri,
        scope: 'openid accounts',
        state,
        nonce: expectedNonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...more,
      });
      if (signed) parameters = (await client.buildAuthorizationUrlWithJAR(config, parameters, key)).searchParams;
      const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
      assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce, idTokenExpected: true };
      return client.authorizationCodeGrant(config, await answer(url, decision), checks, undefined, { DPoP });
    }

    for (const algorithm of Object.keys(algorithms)) {
      test(`openid-client completes fapi2 with ${algorithm}`, async () => {
        const one = await bank('fapi2', algorithm, {});
        const { config } = one;
        const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
        const tokens = await signIn(one, DPoP);
        assert.equal(tokens.token_type, 'dpop');
        assert.equal(headerOf(tokens.id_token).alg, 'ES256');
        assert.equal(claimsOf(tokens.access_token).cnf.jkt, await DPoP.calculateThumbprint());
        const { sub } = tokens.claims();
        assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).sub, sub);
        // The refresh token stays the same, and goes with a new key of the client.
        for (const key of [DPoP, client.getDPoPHandle(config, await client.randomDPoPKeyPair())]) {
          const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: key });
          assert.equal(refreshed.refresh_token, tokens.refresh_token);
          assert.equal(claimsOf(refreshed.access_token).cnf.jkt, await key.calculateThumbprint());
        }
        const own = await client.clientCredentialsGrant(config, { scope: 'accounts' }, { DPoP });
        assert.equal(own.token_type, 'dpop');
        assert.equal(own.refresh_token, undefined);
      });

      test(`openid-client completes fapi2-signed with ${algorithm}, with plain and signed responses`, async () => {
        const plain = await bank('fapi2-signed', algorithm, {});
        const keys = await client.randomDPoPKeyPair();
        const tokens = await signIn(plain, client.getDPoPHandle(plain.config, keys), { signed: true });
        assert.equal(tokens.claims().aud, plain.id);
        const metadata = { authorization_signed_response_alg: 'ES256' };
        const signed = await bank('fapi2-signed', algorithm, metadata, client.useJwtResponseMode);
        const DPoP = client.getDPoPHandle(signed.config, keys);
        assert.equal((await signIn(signed, DPoP, { signed: true })).claims().aud, signed.id);
        await assert.rejects(signIn(signed, DPoP, { signed: true, prompt: 'consent', decision: 'deny' }), (thrown) => {
          assert.equal(thrown.error ?? thrown.cause?.get?.('error'), 'access_denied', String(thrown));
          return true;
        });
        await assert.rejects(signIn(signed, DPoP), ({ error }) => error === 'invalid_request');
      });
    }

    test('oauth4webapi completes fapi2, and is told what is wrong', async () => {
      const insecure = { [oauth.allowInsecureRequests]: true };
      const { key, id } = await bank('fapi2', 'ES256', {});
      const found = await oauth.discoveryRequest(new URL(dev.url), { algorithm: 'oauth2', ...insecure });
      const as = await oauth.processDiscoveryResponse(new URL(dev.url), found);
      const [me, authentication] = [{ client_id: id, id_token_signed_response_alg: 'ES256' }, oauth.PrivateKeyJwt(key)];
      const DPoP = oauth.DPoP(me, await oauth.generateKeyPair('ES256'));
      const verifier = oauth.generateRandomCodeVerifier();
      const parameters = {
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'accounts',
        state: 's',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      };
      // A server that demands nonces hands one out with the first answer.
      const again = async (step) => step().catch((thrown) => (oauth.isDPoPNonceError(thrown) ? step() : Promise.reject(thrown)));
      const push = (more) => again(async () => {
        const all = Object.fromEntries(Object.entries({ ...parameters, ...more }).filter(([, value]) => value));
        const response = await oauth.pushedAuthorizationRequest(as, me, authentication, all, { DPoP, ...insecure });
        return oauth.processPushedAuthorizationResponse(as, me, response);
      });
      for (const [more, error] of [
        [{ redirect_uri: '' }, 'invalid_request'],
        [{ code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
        [{ response_type: 'token' }, 'unsupported_response_type'],
      ]) {
        await assert.rejects(push(more), (thrown) => thrown.error === error);
      }
      const { request_uri } = await push({});
      const url = new URL(as.authorization_endpoint);
      url.search = new URLSearchParams({ client_id: id, request_uri }).toString();
      const callback = oauth.validateAuthResponse(as, me, await answer(url), 's');
      const redeem = (options) => async () => {
        const response = await oauth.authorizationCodeGrantRequest(as, me, authentication, callback, redirectUri, verifier,
          { ...insecure, ...options });
        return oauth.processAuthorizationCodeResponse(as, me, response);
      };
      await assert.rejects(redeem({}), ({ error }) => error === 'invalid_request');
      assert.equal((await again(redeem({ DPoP }))).token_type, 'dpop');
      // An assertion for the token endpoint is refused.
      const { token_endpoint: endpoint } = as;
      const other = oauth.PrivateKeyJwt(key, { [oauth.modifyAssertion]: (_header, payload) => { payload.aud = endpoint; } });
      const response = await oauth.pushedAuthorizationRequest(as, me, other, parameters, { DPoP, ...insecure });
      assert.equal(response.status, 401);
      assert.equal((await response.json()).error, 'invalid_client');
    });
  });
}
