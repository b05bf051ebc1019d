// The MCP SDK for TypeScript, unchanged, against an MCP server that Jeton protects.
// Run with: tests/clients/with-mcp node --test tests/clients/mcp/mcp.test.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { Person } from '../node/person.mjs';
import { stack } from '../node/stack.mjs';

const told = (name) => {
  const value = process.env[`MCP_${name}`];
  assert.ok(value, `MCP_${name} is not set: run this through tests/clients/with-mcp`);
  return value;
};
const control = (step) => fetch(`${told('URL')}/control/${step}`, { method: 'POST' });

// What an agent keeps: everything that the SDK hands it, as it came. The port is another one at each start.
class Agent {
  constructor({ host = 'localhost', document, registered, refreshes = true, scope }) {
    const port = 20000 + Math.floor(Math.random() * 40000);
    this.redirectUrl = `http://${host}:${port}/callback`;
    if (document) this.clientMetadataUrl = `https://${told('DOCUMENT_HOST')}${document}`;
    this.client = registered;
    this.clientMetadata = {
      client_name: 'MCP agent',
      redirect_uris: [this.redirectUrl],
      grant_types: refreshes ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(scope && { scope }),
    };
    this.person = new Person(stack('USERNAME'), stack('PASSWORD'));
    this.saved = [];
  }

  clientInformation = () => this.client;
  saveClientInformation = (client) => { this.client = client; };
  tokens = () => this.saved.at(-1);
  saveTokens = (tokens) => { this.saved.push(tokens); };
  saveCodeVerifier = (verifier) => { this.verifier = verifier; };
  codeVerifier = () => this.verifier;
  redirectToAuthorization = async (url) => { this.callback = await this.person.answer(url); };

  // Does something at the resource, and signs in when the SDK asks for it.
  async at(path, work) {
    for (let tries = 0; ; tries += 1) {
      this.transport ??= new StreamableHTTPClientTransport(new URL(`${told('URL')}${path}`), { authProvider: this });
      try {
        if (!this.session) {
          const session = new Client({ name: 'agent', version: '1' });
          await session.connect(this.transport);
          this.session = session;
        }
        return await work(this.session);
      } catch (error) {
        if (!(error instanceof UnauthorizedError) || tries > 1) throw error;
        assert.ok(this.callback.href.startsWith(`${this.redirectUrl}?`), this.callback.href);
        const code = this.callback.searchParams.get('code');
        assert.ok(code, this.callback.href);
        await this.transport.finishAuth(code);
        if (!this.session) this.transport = undefined;
      }
    }
  }

  async call(path, tool) {
    const result = await this.at(path, (session) => session.callTool({ name: tool, arguments: {} }));
    return JSON.parse(result.content[0].text);
  }
}

const ways = {
  'by a document': () => ({ document: '/client.json' }),
  'by a document with a scope': () => ({ document: '/with-scope.json' }),
  'by registration': () => ({}),
  'by registration with a scope': () => ({ scope: 'mcp:read mcp:tools' }),
  beforehand: () => ({ registered: { client_id: told('BEFOREHAND_ID') } }),
};

for (const [way, options] of Object.entries(ways)) {
  for (const path of ['/mcp', '/bare']) {
    test(`c163 c225 a client that is known ${way} uses ${path}, and refreshes`, async () => {
      const agent = new Agent(options());
      const first = await agent.call(path, 'read');
      assert.equal(first.client, agent.client.client_id);
      assert.equal(first.client.startsWith('https://'), way.includes('document'));
      assert.equal(agent.saved.length, 1);
      await control('refuse-seen-tokens');
      assert.equal((await agent.call(path, 'read')).client, first.client);
      assert.equal(agent.saved.length, 2);
      assert.notEqual(agent.saved[0].refresh_token, agent.saved[1].refresh_token);
    });
  }
}

for (const host of ['localhost', '127.0.0.1', '[::1]']) {
  for (const [way, options] of Object.entries(ways)) {
    test(`c162 the loopback ${host} has any port for a client that is known ${way}`, async () => {
      const agent = new Agent({ ...options(), host });
      assert.ok((await agent.call('/mcp', 'read')).scope.includes('mcp:read'));
    });
  }
}

for (const document of ['/no-refresh/client.json', '/no-refresh/with-scope.json', undefined]) {
  test(`c165 a 403 makes a client ask for more scope (${document ?? 'registered'})`, async () => {
    // With a refresh token, this version of the SDK refreshes instead of asking the person.
    const agent = new Agent({ document, refreshes: false });
    assert.equal((await agent.call('/mcp', 'read')).scope, 'mcp:read');
    const more = await agent.call('/mcp', 'write');
    assert.deepEqual(more.scope.split(' ').sort(), ['mcp:read', 'mcp:tools']);
  });
}

test('c225 tokens are issued and refreshed while the host of the document is down', async () => {
  const agent = new Agent({ document: '/down/client.json' });
  await agent.call('/mcp', 'read');
  await control('documents-down');
  try {
    await control('refuse-seen-tokens');
    assert.equal((await agent.call('/mcp', 'read')).client, agent.client.client_id);
    // Another start of the same app, which signs in anew.
    const again = new Agent({ document: '/down/client.json' });
    assert.equal((await again.call('/mcp', 'read')).client, agent.client.client_id);
    const unknown = new Agent({ document: '/never-seen.json' });
    await assert.rejects(unknown.call('/mcp', 'read'), /503/);
  } finally {
    await control('documents-up');
  }
});
