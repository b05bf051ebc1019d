// node-oidc-provider, configured for the work that Jeton does.
//
//     node oidc-provider.mjs SETTINGS.json
//
// What is set for speed: production mode (NODE_ENV, by the driver), Node's own HTTP server without a framework around
// (`provider.callback()`), no event listeners, no logging, clients in the configuration (kept in memory, no adapter
// call), keys parsed once at start, every feature that is not compared switched off, and a store that is two plain
// Maps. The adapter that the package ships is for development: it holds 1,000 entries (fewer than the codes of one
// round) and walks all members of a grant at each write. This one costs less than it, and less than any real store.
// With `store` in the settings the store is a DynamoDB table instead: dynamodb-adapter.mjs.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { port, issuer, keys, clients, apis, lifetimes, account, store } = settings;

const items = new Map();
const grants = new Map();
const sessions = new Map();

class MapAdapter {
  constructor(model) {
    this.prefix = `${model}:`;
    this.isSession = model === 'Session';
  }

  async upsert(id, payload) {
    const key = this.prefix + id;
    items.set(key, payload);
    if (this.isSession) sessions.set(payload.uid, id);
    if (payload.grantId) {
      const members = grants.get(payload.grantId);
      if (members) members.add(key);
      else grants.set(payload.grantId, new Set([key]));
    }
  }

  async find(id) {
    return items.get(this.prefix + id);
  }

  async findByUid(uid) {
    return this.find(sessions.get(uid));
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    items.get(this.prefix + id).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    items.delete(this.prefix + id);
  }

  async revokeByGrantId(grantId) {
    for (const key of grants.get(grantId) ?? []) items.delete(key);
    grants.delete(grantId);
  }
}

const resourceServers = new Map(apis.map(({ identifier, alg, format }) => [identifier, {
  scope: 'read write',
  audience: identifier,
  accessTokenTTL: lifetimes.access,
  accessTokenFormat: format,
  jwt: format === 'jwt' ? { sign: { alg } } : undefined,
}]));
const person = { accountId: account, claims: () => ({ sub: account }) };

const provider = new Provider(issuer, {
  adapter: store ? (await import('./dynamodb-adapter.mjs')).adapterOver(store) : MapAdapter,
  clients,
  jwks: keys.jwks,
  responseTypes: ['code'],
  cookies: { keys: ['a key for the signatures of the cookies'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, identifier) => resourceServers.get(identifier),
      useGrantedResource: () => true,
    },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  },
  pkce: { required: () => true },
  rotateRefreshToken: () => true,
  issueRefreshToken: () => true,
  expiresWithSession: () => false,
  findAccount: () => person,
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: {
    AccessToken: lifetimes.access,
    AuthorizationCode: lifetimes.code,
    ClientCredentials: lifetimes.access,
    Grant: lifetimes.grant,
    RefreshToken: lifetimes.refresh,
    Session: lifetimes.grant,
    Interaction: 600,
  },
});

// The person's part, outside the measured requests: signs in and consents without asking.
async function interact(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: account, clientId: params.client_id });
  grant.addResourceScope(params.resource, params.scope);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { login: { accountId: account }, consent });
}

const answer = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  return interact(request, response).catch((error) => {
    response.writeHead(500).end(String(error));
  });
}).listen(port, '127.0.0.1');
