// DPoP (RFC 9449) by three libraries with their defaults: openid-client, oauth4webapi and dpop; with and without nonces.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as dpop from 'dpop';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { Dev } from './dev.mjs';
import { Person } from './person.mjs';

const redirectUri = 'https://app.example/callback';
const api = 'https://orders.example';
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

for (const nonce of ['off', 'required']) {
  describe(`nonces ${nonce}`, () => {
    let dev;
    let person;
    let registered;

    before(async () => {
      dev = await Dev.start({ env: { JETON_DPOP_NONCE: nonce } });
      person = dev.newPerson('name=Ada Lovelace');
      dev.jeton(['api', 'create', '--identifier', api, '--scope', 'read write']);
      const register = (name, ...more) => dev.jeton(['client', 'create', '--name', name, '--api', api, ...more]);
      const code = ['--grant', 'authorization_code', '--grant', 'refresh_token', '--redirect-uri', redirectUri];
      registered = {
        app: register('App', '--auth-method', 'none', '--dpop-bound-access-tokens', ...code),
        web: register('Web', ...code),
        service: register('Service', '--grant', 'client_credentials', '--dpop-bound-access-tokens'),
      };
    });
    after(() => dev.stop());

    const answer = (url) => new Person(person.username, person.password).answer(url);
    const discover = ({ client_id: id, client_secret: secret }) =>
      client.discovery(new URL(dev.url), id, undefined, secret ? client.ClientSecretBasic(secret) : client.None(), {
        execute: [client.allowInsecureRequests],
      });

    for (const kind of ['app', 'web']) {
      test(`openid-client signs in, refreshes and reads userinfo as ${kind}`, async () => {
        const config = await discover(registered[kind]);
        const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
        const verifier = client.randomPKCECodeVerifier();
        const state = client.randomState();
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: 'openid read',
          state,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          dpop_jkt: await DPoP.calculateThumbprint(),
        });
        const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
        const tokens = await client.authorizationCodeGrant(config, await answer(url), checks, undefined, { DPoP });
        assert.equal(tokens.token_type, 'dpop');
        assert.equal(claimsOf(tokens.access_token).cnf.jkt, await DPoP.calculateThumbprint());
        const { sub } = tokens.claims();
        assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).sub, sub);
        const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
        assert.equal(refreshed.token_type, 'dpop');
        assert.equal((await client.fetchUserInfo(config, refreshed.access_token, sub, { DPoP })).sub, sub);
        // Another key: good for a client with a secret, and for no other.
        const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
        const again = client.refreshTokenGrant(config, refreshed.refresh_token, undefined, { DPoP: other });
        if (kind === 'web') assert.equal((await again).token_type, 'dpop');
        else await assert.rejects(again, ({ error }) => error === 'invalid_grant');
      });
    }

    test('oauth4webapi gets a token of its own with a proof, and none without', async () => {
      const insecure = { [oauth.allowInsecureRequests]: true };
      const issuer = new URL(dev.url);
      const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
      const as = await oauth.processDiscoveryResponse(issuer, found);
      assert.ok(as.dpop_signing_alg_values_supported.includes('ES256'));
      const me = { client_id: registered.service.client_id };
      const authentication = oauth.ClientSecretBasic(registered.service.client_secret);
      const ask = async (options) => {
        const response = await oauth.clientCredentialsGrantRequest(as, me, authentication, new URLSearchParams(), { ...insecure, ...options });
        return oauth.processClientCredentialsResponse(as, me, response);
      };
      await assert.rejects(ask({}), ({ error }) => error === 'invalid_request');
      for (const algorithm of ['ES256', 'PS256', 'Ed25519']) {
        const DPoP = oauth.DPoP(me, await oauth.generateKeyPair(algorithm));
        if (nonce === 'required') await assert.rejects(ask({ DPoP }), oauth.isDPoPNonceError);
        const token = await ask({ DPoP });
        assert.equal(token.token_type, 'dpop');
        assert.equal(claimsOf(token.access_token).cnf.jkt, await DPoP.calculateThumbprint());
      }
    });

    test('dpop makes proofs that are accepted', async () => {
      const keys = await dpop.generateKeyPair('ES256');
      const { client_id: id, client_secret: secret } = registered.service;
      const token = async (given) => {
        const proof = await dpop.generateProof(keys, `${dev.url}/token`, 'POST', given);
        const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
        const body = new URLSearchParams({ grant_type: 'client_credentials' });
        return fetch(`${dev.url}/token`, { method: 'POST', headers: { authorization, DPoP: proof }, body });
      };
      let response = await token();
      if (nonce === 'required') {
        assert.equal(response.status, 400);
        assert.equal((await response.json()).error, 'use_dpop_nonce');
        response = await token(response.headers.get('dpop-nonce'));
      }
      assert.equal(response.status, 200);
      assert.equal((await response.json()).token_type, 'DPoP');
    });
  });
}
