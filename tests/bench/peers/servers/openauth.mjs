// OpenAuth, configured for the work that Jeton does, on Node or on Bun.
//
//     node openauth.mjs SETTINGS.json        bun openauth.mjs SETTINGS.json
//
// What is set for speed: production mode (NODE_ENV, by the driver), `@hono/node-server` or `Bun.serve` as its
// documentation tells, one provider (so that nobody has to select one), `subject` given (so that it is not hashed from
// the properties), keys in the store before the start, and a store that is one plain Map: the package's MemoryStorage
// is a sorted array with binary search by `localeCompare`. Its request log cannot be switched off, so `console.log`
// does nothing here. With `store` in the settings the store is a DynamoDB table, through the package's DynamoStorage as
// it comes; the keys and the sessions are there too.
import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { issuer } from '@openauthjs/openauth';
import { createSubjects } from '@openauthjs/openauth/subject';
import { DynamoStorage } from '@openauthjs/openauth/storage/dynamo';
import { object } from 'valibot';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { port, keys, clients, lifetimes, account } = settings;
console.log = () => {};

const SEPARATOR = '\x1f';
const join = (key) => key.join(SEPARATOR);
const items = new Map();
const mapStore = {
  async get(key) {
    const found = items.get(join(key));
    return found && !(found.expiry && Date.now() >= found.expiry) ? found.value : undefined;
  },
  async set(key, value, expiry) {
    items.set(join(key), { value, expiry: expiry?.getTime() });
  },
  async remove(key) {
    items.delete(join(key));
  },
  async* scan(prefix) {
    const begin = join(prefix);
    for (const [key, { value }] of items) if (key.startsWith(begin)) yield [key.split(SEPARATOR), value];
  },
};
const store = settings.store ? DynamoStorage(settings.store) : mapStore;
if (store === mapStore) {
  await store.set(['signing:key', keys.openauth.signing.id], keys.openauth.signing);
  await store.set(['encryption:key', keys.openauth.encryption.id], keys.openauth.encryption);
}

const secrets = new Map(clients.filter((client) => client.client_secret)
  .map((client) => [client.client_id, Buffer.from(client.client_secret)]));

// Who signs in. OpenAuth keeps no sessions: it asks its provider each time. This one knows the browser by a cookie
// that names an entry of the store, and lets anybody in who has none yet (outside the measured requests).
const person = {
  type: 'person',
  init(routes, ctx) {
    routes.get('/authorize', async (c) => {
      const given = /(?:^|; )person=([^;]+)/.exec(c.req.header('cookie'))?.[1];
      const known = given && await store.get(['person', given]);
      if (known) return ctx.success(c, { id: known });
      const session = crypto.randomUUID();
      await store.set(['person', session], account, new Date(Date.now() + lifetimes.grant * 1000));
      c.header('set-cookie', `person=${session}; HttpOnly; Path=/`, { append: true });
      return ctx.success(c, { id: account });
    });
  },
  async client({ clientID, clientSecret }) {
    const secret = secrets.get(clientID);
    const given = Buffer.from(clientSecret);
    if (!secret || secret.length !== given.length || !timingSafeEqual(secret, given)) throw new Error('wrong secret');
    return { id: clientID };
  },
};

const redirectUris = new Map(clients.map((client) => [client.client_id, new Set(client.redirect_uris)]));
const app = issuer({
  subjects: createSubjects({ user: object({}) }),
  storage: store,
  providers: { person },
  // No reuse: a rotated refresh token is removed, which is the least that the store can do.
  ttl: { access: lifetimes.access, refresh: lifetimes.refresh, reuse: 0 },
  allow: async ({ clientID, redirectURI }) => redirectUris.get(clientID)?.has(redirectURI) ?? false,
  success: (response, { id }) => response.subject('user', {}, { subject: id }),
});

if (globalThis.Bun) {
  Bun.serve({ port, hostname: '127.0.0.1', fetch: app.fetch });
} else {
  const { serve } = await import('@hono/node-server');
  serve({ port, hostname: '127.0.0.1', fetch: app.fetch });
}
