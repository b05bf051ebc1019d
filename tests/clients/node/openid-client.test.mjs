// Jeton, read by openid-client and oauth4webapi: two strict clients that nobody here wrote.
// Run with: tests/clients/with-stack node --test tests/clients/node/*.test.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { Person } from './person.mjs';
import { stack } from './stack.mjs';

const issuer = stack('URL');
const redirectUri = stack('REDIRECT_URI');
const apis = stack('APIS').split(' ');
const opaqueApi = 'https://opaque.example';
const jwtApis = apis.filter((api) => api !== opaqueApi);

// oauth4webapi's name of an algorithm for an API's tokens.
const algorithmOf = (api) => ({ rs256: 'RS256', es256: 'ES256', eddsa: 'EdDSA', ps256: 'PS256' })[new URL(api).host.split('.')[0]];

const connect = (name, authentication, algorithm = 'oauth2') =>
  client.discovery(new URL(issuer), stack(`${name}_ID`), undefined, authentication, {
    algorithm,
    execute: [client.allowInsecureRequests],
  });
const basic = () => connect('BASIC', client.ClientSecretBasic(stack('BASIC_SECRET')));
const odd = () => connect('ODD', client.ClientSecretBasic(stack('ODD_SECRET')));
const post = () => connect('POST', client.ClientSecretPost(stack('POST_SECRET')));
const web = () => connect('WEB', client.ClientSecretBasic(stack('WEB_SECRET')));
const app = () => connect('APP', client.None());
const resource = () => connect('RESOURCE', client.ClientSecretBasic(stack('RESOURCE_SECRET')));

// What an API does with a token: RFC 9068, with the keys from the metadata.
async function validate(config, token, api) {
  const request = new Request(api, { headers: { authorization: `Bearer ${token}` } });
  const options = { [oauth.allowInsecureRequests]: true, signingAlgorithms: [algorithmOf(api)] };
  return oauth.validateJwtAccessToken(config.serverMetadata(), request, api, options);
}

// Starts an authorization request and gives what the app needs to finish it.
async function begin(config, parameters) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...parameters,
  });
  return { url, checks: { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: false } };
}

async function signIn(config, parameters) {
  const { url, checks } = await begin(config, parameters);
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
  return client.authorizationCodeGrant(config, callback, checks);
}

const rejectsWith = (error) => (thrown) => {
  assert.equal(thrown.error ?? thrown.cause?.error, error, `${thrown} ${JSON.stringify(thrown.cause)}`);
  return true;
};

for (const algorithm of ['oauth2', 'oidc']) {
  test(`discovery by the rules of ${algorithm}`, async () => {
    const config = await connect('BASIC', client.ClientSecretBasic(stack('BASIC_SECRET')), algorithm);
    const metadata = config.serverMetadata();
    assert.equal(metadata.issuer, issuer);
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    assert.deepEqual(metadata.code_challenge_methods_supported, ['S256']);
    assert.deepEqual(metadata.response_types_supported, ['code']);
    for (const endpoint of ['authorization', 'token', 'introspection', 'revocation']) {
      assert.ok(metadata[`${endpoint}_endpoint`].startsWith(`${issuer}/`), endpoint);
    }
    assert.deepEqual([...metadata.grant_types_supported].sort(), [
      'authorization_code', 'client_credentials', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code',
      'urn:ietf:params:oauth:grant-type:jwt-bearer', 'urn:ietf:params:oauth:grant-type:token-exchange',
    ]);
  });
}

for (const [name, connected] of [['BASIC', basic], ['ODD', odd], ['POST', post]]) {
  test(`client credentials, authenticated as ${name}`, async () => {
    const config = await connected();
    const [api] = jwtApis;
    const tokens = await client.clientCredentialsGrant(config, { scope: 'read', resource: api });
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.scope, 'read');
    assert.equal(tokens.expires_in, 900);
    assert.equal(tokens.refresh_token, undefined);
    const claims = await validate(config, tokens.access_token, api);
    assert.equal(claims.sub, stack(`${name}_ID`));
    assert.equal(claims.client_id, stack(`${name}_ID`));
    assert.equal(claims.scope, 'read');
    assert.equal(claims.exp - claims.iat, 900);
  });
}

for (const api of jwtApis) {
  test(`a token for ${api} is a good at+jwt there and nowhere else`, async () => {
    const config = await basic();
    const { access_token: token } = await client.clientCredentialsGrant(config, { resource: api });
    await validate(config, token, api);
    await assert.rejects(validate(config, token, 'https://other.example'));
    const [header, payload, signature] = token.split('.');
    const flipped = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    await assert.rejects(validate(config, flipped, api));
  });
}

for (const [name, authentication] of [['BASIC', client.ClientSecretBasic('wrong')], ['POST', client.ClientSecretPost('wrong')]]) {
  test(`a wrong secret of ${name} is invalid_client, with a challenge`, async () => {
    const wrong = await connect(name, authentication);
    const { code, status, cause, response } = await client.clientCredentialsGrant(wrong).catch((thrown) => thrown);
    assert.equal(code, 'OAUTH_WWW_AUTHENTICATE_CHALLENGE');
    assert.equal(status, 401);
    assert.equal(cause[0].scheme, 'basic');
    assert.equal((await response.json()).error, 'invalid_client');
  });
}

for (const [name, connected] of [['a web app', web], ['an app without a secret', app]]) {
  test(`${name} gets tokens with a code, refreshes and revokes them`, async () => {
    const [config, asking] = [await connected(), await resource()];
    const [api] = jwtApis;
    const tokens = await signIn(config, { scope: 'read', resource: api });
    assert.equal(tokens.scope, 'read');
    assert.equal(tokens.id_token, undefined);
    const claims = await validate(config, tokens.access_token, api);
    assert.equal(claims.sub, stack('SUB'));
    assert.equal(claims.client_id, config.clientMetadata().client_id);

    const told = await client.tokenIntrospection(asking, tokens.access_token);
    assert.equal(told.active, true);
    assert.equal(told.sub, stack('SUB'));
    assert.equal(told.iss, issuer);
    assert.equal(told.client_id, config.clientMetadata().client_id);
    assert.deepEqual([told.aud].flat(), [api]);

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
    assert.notEqual(refreshed.access_token, tokens.access_token);
    await validate(config, refreshed.access_token, api);

    await client.tokenRevocation(config, refreshed.refresh_token);
    for (const token of [tokens.access_token, refreshed.access_token]) {
      assert.deepEqual(await client.tokenIntrospection(asking, token), { active: false });
    }
    await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), rejectsWith('invalid_grant'));
  });
}

test('an opaque token is known by introspection alone', async () => {
  const [config, asking] = [await web(), await resource()];
  const tokens = await signIn(config, { scope: 'write', resource: opaqueApi });
  assert.equal(tokens.access_token.split('.').length, 1);
  const told = await client.tokenIntrospection(asking, tokens.access_token);
  assert.equal(told.active, true);
  assert.equal(told.scope, 'write');
  assert.equal(told.sub, stack('SUB'));
  assert.deepEqual([told.aud].flat(), [opaqueApi]);
  await client.tokenRevocation(config, tokens.access_token);
  assert.deepEqual(await client.tokenIntrospection(asking, tokens.access_token), { active: false });
});

test('the authorization response names its issuer, and another one is refused', async () => {
  const config = await app();
  const { url, checks } = await begin(config, { scope: 'read', resource: jwtApis[0] });
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
  assert.equal(callback.searchParams.get('iss'), issuer);
  const [another, none] = [new URL(callback), new URL(callback)];
  another.searchParams.set('iss', 'https://attacker.example');
  none.searchParams.delete('iss');
  for (const mixedUp of [another, none]) {
    await assert.rejects(client.authorizationCodeGrant(config, mixedUp, checks), (thrown) => /"iss"/.test(thrown.cause?.message));
  }
  // Refused before anything was sent: the code is as good as new.
  const tokens = await client.authorizationCodeGrant(config, callback, checks);
  assert.ok(tokens.refresh_token);
});

test('a wrong verifier is invalid_grant and leaves the code good', async () => {
  const config = await web();
  const { url, checks } = await begin(config, { scope: 'read', resource: jwtApis[0] });
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url);
  const wrong = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
  await assert.rejects(client.authorizationCodeGrant(config, callback, wrong), rejectsWith('invalid_grant'));
  const tokens = await client.authorizationCodeGrant(config, callback, checks);
  await assert.rejects(client.authorizationCodeGrant(config, callback, checks), rejectsWith('invalid_grant'));
  // The replay has revoked what was issued.
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), rejectsWith('invalid_grant'));
});

test('who says no sends access_denied', async () => {
  const config = await app();
  const { url, checks } = await begin(config, { scope: 'read', resource: jwtApis[0], prompt: 'consent' });
  const callback = await new Person(stack('USERNAME'), stack('PASSWORD')).answer(url, 'deny');
  await assert.rejects(client.authorizationCodeGrant(config, callback, checks), rejectsWith('access_denied'));
});
