// Token exchange (RFC 8693) by openid-client's generic grant and oauth4webapi's generic request, with their defaults.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { Person } from './person.mjs';
import { jeton, registerApp, stack } from './stack.mjs';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const [FIRST, ...others] = stack('APIS').split(' ');
const OPAQUE = 'https://opaque.example';
const issuer = stack('URL');

const api = (name, introspects, ...targets) =>
  jeton('client', 'create', '--name', name, '--grant', 'token-exchange', '--introspects', introspects,
    ...targets.flatMap((target) => ['--api', target]));
const first = api('First API', FIRST, ...others);
const last = jeton('client', 'create', '--name', 'Last API', ...others.flatMap((target) => ['--introspects', target]));

const connect = ({ client_id: id, client_secret: secret }) =>
  client.discovery(new URL(issuer), id, undefined, client.ClientSecretBasic(secret), { execute: [client.allowInsecureRequests] });

async function subjectToken() {
  const config = await connect(registerApp('Exchanged app'));
  const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState() };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: stack('REDIRECT_URI'),
    state: checks.expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
  return { config, tokens: await client.authorizationCodeGrant(config, callback, checks) };
}

for (const target of others) {
  test(`openid-client exchanges a token for ${target}`, async () => {
    const { config: app, tokens: subject } = await subjectToken();
    const config = await connect(first);
    const parameters = { subject_token: subject.access_token, subject_token_type: ACCESS_TOKEN, resource: target };
    const tokens = await client.genericGrantRequest(config, GRANT, parameters);
    assert.deepEqual([tokens.issued_token_type, tokens.token_type, tokens.refresh_token], [ACCESS_TOKEN, 'bearer', undefined]);
    assert.ok(tokens.expires_in <= subject.expires_in);
    const told = await client.tokenIntrospection(await connect(last), tokens.access_token);
    assert.equal(told.active, true);
    assert.deepEqual([told.sub, told.client_id, told.act], [stack('SUB'), first.client_id, { sub: first.client_id }]);
    if (target !== OPAQUE) {
      const request = new Request(target, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      const signingAlgorithms = ['RS256', 'ES256', 'EdDSA', 'PS256'];
      const options = { [oauth.allowInsecureRequests]: true, signingAlgorithms };
      const claims = await oauth.validateJwtAccessToken(config.serverMetadata(), request, target, options);
      assert.deepEqual([claims.sub, claims.act], [stack('SUB'), { sub: first.client_id }]);
    }
    await client.tokenRevocation(app, subject.access_token);
    const after = await client.tokenIntrospection(await connect(last), tokens.access_token);
    assert.deepEqual([after.active, Object.keys(after)], [false, ['active']]);
    await assert.rejects(client.genericGrantRequest(config, GRANT, parameters), (thrown) => thrown.error === 'invalid_request');
  });
}
