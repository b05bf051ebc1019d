// Agents without a person: the MCP SDK's providers for services, unchanged, with a secret, a key, and a platform's token.
// Run with: tests/clients/with-mcp node --test tests/clients/mcp/machines.test.mjs
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import {
  ClientCredentialsProvider, PrivateKeyJwtProvider, StaticPrivateKeyJwtProvider,
} from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { jeton, stack } from '../node/stack.mjs';

const told = (name) => {
  const value = process.env[`MCP_${name}`];
  assert.ok(value, `MCP_${name} is not set: run this through tests/clients/with-mcp`);
  return value;
};

const directory = mkdtempSync(path.join(tmpdir(), 'jeton-mcp-machines-'));
after(() => rmSync(directory, { recursive: true }));

const service = (...more) =>
  jeton('client', 'create', '--name', 'Agent', '--grant', 'client_credentials', '--api', `${told('URL')}/mcp`, ...more);

// A key, and the file with which its owner is registered.
function key(name) {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const file = path.join(directory, `${name}.json`);
  writeFileSync(file, JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] }));
  return { file, secret: pair.privateKey, pem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) };
}

// The token of a workload, as its platform signs it.
function platformToken(secret, claims) {
  const now = Math.floor(Date.now() / 1000);
  const all = { aud: stack('URL'), iat: now, exp: now + 300, jti: randomUUID(), ...claims };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const message = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(all)}`;
  return `${message}.${sign('sha256', Buffer.from(message), { key: secret, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

// Calls a tool, and returns the client and the scope of the token that it was called with.
async function called(authProvider) {
  const session = new Client({ name: 'agent', version: '1' });
  await session.connect(new StreamableHTTPClientTransport(new URL(`${told('URL')}/mcp`), { authProvider }));
  const result = await session.callTool({ name: 'read', arguments: {} });
  await session.close();
  return JSON.parse(result.content[0].text);
}

const expectedIssuer = stack('URL');

test('an agent with a secret gets its tokens by client_credentials', async () => {
  const { client_id: clientId, client_secret: clientSecret } = service();
  const provider = new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer });
  assert.deepEqual(await called(provider), { client: clientId, scope: 'mcp:read mcp:tools' });
  const wrong = new ClientCredentialsProvider({ clientId, clientSecret: 'wrong', expectedIssuer });
  await assert.rejects(called(wrong));
});

test('an agent with a key signs its assertions', async () => {
  const { file, pem } = key('agent');
  const { client_id: clientId } = service('--auth-method', 'private_key_jwt', '--jwks', file);
  const options = { clientId, algorithm: 'ES256', expectedIssuer };
  const provider = new PrivateKeyJwtProvider({ ...options, privateKey: pem });
  assert.deepEqual(await called(provider), { client: clientId, scope: 'mcp:read mcp:tools' });
  await assert.rejects(called(new PrivateKeyJwtProvider({ ...options, privateKey: key('other').pem })));
});

test('c126 an agent on a platform authenticates by the token of its workload, as often as it needs to', async () => {
  const { file, secret } = key('platform');
  const platform = { iss: 'https://platform.example', sub: 'agents/1' };
  jeton('issuer', 'create', 'mcp-platform', '--url', platform.iss, '--jwks', file, '--for', 'client-auth');
  const { client_id: clientId } = service('--federated', 'mcp-platform', '--subject', platform.sub);
  const jwtBearerAssertion = platformToken(secret, platform);
  for (let start = 0; start < 2; start += 1) {
    const provider = new StaticPrivateKeyJwtProvider({ clientId, jwtBearerAssertion, expectedIssuer });
    assert.deepEqual(await called(provider), { client: clientId, scope: 'mcp:read mcp:tools' });
  }
  const another = platformToken(secret, { ...platform, sub: 'agents/2' });
  await assert.rejects(called(new StaticPrivateKeyJwtProvider({ clientId, jwtBearerAssertion: another, expectedIssuer })));
});
