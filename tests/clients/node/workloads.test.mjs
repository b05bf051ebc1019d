// Clients without a secret: jose plays the platforms whose tokens authenticate them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';

import { Dev } from './dev.mjs';

const BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const SPIFFE = 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe';
const API = 'https://orders.example';

let dev;
before(async () => {
  dev = await Dev.start({ env: { JETON_OUTBOUND_PRIVATE_HOSTS: '127.0.0.1' } });
  dev.jeton(['api', 'create', '--identifier', API, '--scope', 'read']);
});
after(() => dev.stop());

// A platform with its key, and a server of its keys.
class Platform {
  static async start(name, url, alg, { preset, jwk = {} } = {}) {
    const platform = new Platform();
    Object.assign(platform, { name, url, alg, down: false });
    const pair = await generateKeyPair(alg, { extractable: true });
    platform.key = pair.privateKey;
    const keys = [{ ...(await exportJWK(pair.publicKey)), kid: name, ...jwk }];
    platform.server = createServer((request, response) => {
      if (platform.down) return response.writeHead(503).end();
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(platform.server, 'listening');
    after(() => platform.server.close());
    const uri = `http://127.0.0.1:${platform.server.address().port}/keys`;
    dev.jeton(['issuer', 'create', name, '--url', url, '--jwks-uri', uri, '--for', 'client-auth',
      ...(preset ? ['--preset', preset] : [])]);
    return platform;
  }

  client(subject, ...claims) {
    return dev.jeton(['client', 'create', '--name', this.name, '--grant', 'client_credentials', '--api', API,
      '--federated', this.name, '--subject', subject, ...claims.flatMap((claim) => ['--federated-claim', claim])]).client_id;
  }

  token(subject, { claims = {}, audience = dev.url, issuer = this.url, life = '5m', key = this.key, header = {} } = {}) {
    const jwt = new SignJWT(claims).setProtectedHeader({ alg: this.alg, kid: this.name, typ: 'JWT', ...header });
    if (issuer) jwt.setIssuer(issuer);
    return jwt.setSubject(subject).setAudience(audience).setIssuedAt().setExpirationTime(life).sign(key);
  }
}

async function ask(token, { type = BEARER, ...more } = {}) {
  const body = new URLSearchParams({
    grant_type: 'client_credentials', client_assertion_type: type, client_assertion: token, ...more,
  });
  const response = await fetch(`${dev.url}/token`, { method: 'POST', body });
  return { status: response.status, ...(await response.json()) };
}

const clientOf = ({ access_token: token }) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).client_id;

async function refused(token, text, more) {
  const answer = await ask(token, more);
  assert.deepEqual([answer.status, answer.error], [401, 'invalid_client'], JSON.stringify(answer));
  assert.match(answer.error_description, text);
}

const role = 'arn:aws:iam::123456789012:role/orders';
const repository = 'repo:octo-org/octo-repo:environment:prod';
const account = 'system:serviceaccount:shop:orders';
const shapes = [
  ['aws', 'https://a1.tokens.sts.global.api.aws', 'ES384', 'aws', role, ['/https:~1~1sts.amazonaws.com~1/org_id=o-1'],
    { claims: { 'https://sts.amazonaws.com/': { org_id: 'o-1', aws_account: '123456789012' } } }],
  ['aws-rsa', 'https://b2.tokens.sts.global.api.aws', 'RS256', 'aws', role, [], {}],
  ['cluster', 'https://kubernetes.default.svc', 'RS256', 'kubernetes', account, ['/kubernetes.io/namespace=shop'],
    { claims: { 'kubernetes.io': { namespace: 'shop' } }, header: { typ: undefined } }],
  ['github', 'https://token.actions.githubusercontent.com', 'RS256', 'github', repository, ['repository_id=456'],
    { claims: { repository_id: '456', repository: 'octo-org/octo-repo' } }],
  ['openid', 'https://openid.example', 'EdDSA', undefined, 'orders', [], {}],
];

for (const [name, url, alg, preset, subject, rule, options] of shapes) {
  test(`a token of ${name} (${alg}) authenticates its client, and a wrong one does not`, async () => {
    const platform = await Platform.start(name, url, alg, { preset });
    const id = platform.client(subject, ...rule);
    for (const audience of [dev.url, [dev.url]]) {
      const token = await platform.token(subject, { ...options, audience });
      for (const more of [{}, {}, { client_id: id }]) assert.equal(clientOf(await ask(token, more)), id);
    }
    const but = (changes) => platform.token(subject, { ...options, ...changes });
    await refused(await but({ audience: 'https://other.example' }), /nothing else/);
    await refused(await but({ audience: [dev.url, 'https://other.example'] }), /nothing else/);
    await refused(await but({ issuer: 'https://other.example' }), /not an issuer/);
    await refused(await but({ life: '2h' }), /3660/);
    await refused(await but({ header: { typ: 'at+jwt' } }), /another kind of JWT/);
    await refused(await platform.token(`${subject}2`, options), /no client is registered/);
    const { privateKey } = await generateKeyPair(alg);
    await refused(await but({ key: privateKey }), /not signed/);
    const hmac = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setIssuer(url).setSubject(subject)
      .setAudience(dev.url).setExpirationTime('5m').sign(new Uint8Array(32));
    await refused(hmac, /alg/);
    if (rule.length > 0) await refused(await but({ claims: {} }), /claims/);
    platform.down = true;
    assert.equal(clientOf(await ask(await but({}))), id);
  });
}

test('a JWT-SVID authenticates with either type of assertion, with and without iss', async () => {
  const platform = await Platform.start('spiffe', 'spiffe://trust.example', 'ES256', { preset: 'spiffe', jwk: { use: 'jwt-svid' } });
  const svid = 'spiffe://trust.example/ns/shop/sa/orders';
  const id = platform.client(svid);
  for (const type of [BEARER, SPIFFE]) {
    for (const issuer of [undefined, 'https://spire.example']) {
      const token = await platform.token(svid, { issuer, audience: [dev.url] });
      assert.equal(clientOf(await ask(token, { type })), id);
      await refused(token, /not an issuer|must be a signed JWT/, { type: SPIFFE, client_assertion: await platform.token('spiffe://other.example/a', { issuer }) });
    }
  }
});

test('oauth4webapi sends a token as client_assertion, and as the assertion of a grant', async () => {
  const platform = await Platform.start('agents', 'https://agents.example', 'ES256');
  const id = platform.client('agent');
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(dev.url);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
  const token = await platform.token('agent');
  const byAssertion = (as, client, body) => {
    body.set('client_assertion_type', BEARER);
    body.set('client_assertion', token);
  };
  const first = await oauth.clientCredentialsGrantRequest(server, { client_id: id }, byAssertion, new URLSearchParams(), insecure);
  assert.equal(clientOf(await oauth.processClientCredentialsResponse(server, { client_id: id }, first)), id);
  const second = await oauth.genericTokenEndpointRequest(server, { client_id: id }, oauth.None(),
    'urn:ietf:params:oauth:grant-type:jwt-bearer', new URLSearchParams({ assertion: token }), insecure);
  assert.equal(clientOf(await oauth.processGenericTokenEndpointResponse(server, { client_id: id }, second)), id);
});
