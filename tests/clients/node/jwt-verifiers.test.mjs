// What APIs in JavaScript check access tokens with: jwks-rsa with jsonwebtoken, and aws-jwt-verify.
import assert from 'node:assert/strict';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { JwtVerifier } from 'aws-jwt-verify';
import jwt from 'jsonwebtoken';
import jwksRsa from 'jwks-rsa';

import { Dev } from './dev.mjs';

const AUDIENCE = 'https://orders.example';

let dev;
let service;
before(async () => {
  // aws-jwt-verify fetches keys by https only, and it trusts whom Node trusts.
  dev = await Dev.start({ host: 'localhost', tls: true });
  https.globalAgent.options.ca = dev.certificate;
  for (const algorithm of ['RS256', 'ES256', 'EdDSA']) {
    dev.jeton(['api', 'create', '--identifier', `${AUDIENCE}/${algorithm}`, '--scope', 'read', '--alg', algorithm]);
  }
  const apis = ['RS256', 'ES256', 'EdDSA'].flatMap((algorithm) => ['--api', `${AUDIENCE}/${algorithm}`]);
  service = dev.jeton(['client', 'create', '--name', 'Service', '--grant', 'client_credentials', ...apis]);
});
after(() => dev?.stop());

// A token for the API, by https with the certificate of the stack.
async function token(algorithm) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource: `${AUDIENCE}/${algorithm}` }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const options = { method: 'POST', auth: `${service.client_id}:${service.client_secret}`, headers };
  const response = await new Promise((resolve, reject) => {
    https.request(`${dev.url}/token`, options, resolve).on('error', reject).end(body);
  });
  const text = (await response.setEncoding('utf8').toArray()).join('');
  assert.equal(response.statusCode, 200, text);
  return JSON.parse(text).access_token;
}

// The same token with another signature.
const forged = (text) => text.replace(/\.(.)([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`);

test('jwks-rsa finds the key, and jsonwebtoken verifies', async () => {
  const client = jwksRsa({ jwksUri: `${dev.url}/.well-known/jwks.json` });
  const key = async ({ kid }) => (await client.getSigningKey(kid)).getPublicKey();
  const verify = promisify(jwt.verify);
  const getKey = (header, done) => key(header).then((found) => done(null, found), done);
  for (const algorithm of ['RS256', 'ES256']) {
    const options = { issuer: dev.url, audience: `${AUDIENCE}/${algorithm}`, algorithms: [algorithm] };
    const text = await token(algorithm);
    const claims = await verify(text, getKey, options);
    assert.deepEqual([claims.sub, claims.scope], [service.client_id, 'read']);
    await assert.rejects(verify(forged(text), getKey, options), /invalid signature/);
    await assert.rejects(verify(text, getKey, { ...options, audience: 'https://other.example' }), /audience/);
  }
});

test('aws-jwt-verify verifies with each algorithm', async () => {
  for (const algorithm of ['RS256', 'ES256', 'EdDSA']) {
    const jwksUri = `${dev.url}/.well-known/jwks.json`;
    const verifier = JwtVerifier.create({ issuer: dev.url, audience: `${AUDIENCE}/${algorithm}`, jwksUri });
    const text = await token(algorithm);
    const claims = await verifier.verify(text, { scope: 'read' });
    assert.equal(claims.client_id, service.client_id);
    await assert.rejects(verifier.verify(forged(text)), /Invalid signature/);
  }
});
