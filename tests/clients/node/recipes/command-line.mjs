import { once } from 'node:events';
import { createServer } from 'node:http';

import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID, SCOPE = 'openid profile' } = process.env;
// An issuer without TLS is allowed on this machine only.
const local = new URL(ISSUER).hostname === '127.0.0.1' ? { execute: [oidc.allowInsecureRequests] } : {};
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, {}, oidc.None(), local);

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const redirectUri = `http://127.0.0.1:${server.address().port}/callback`;
const [verifier, state] = [oidc.randomPKCECodeVerifier(), oidc.randomState()];
const request = oidc.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: SCOPE,
  state,
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
});
console.log(`Open ${request.href}`);

const [callback, page] = await once(server, 'request');
page.end('You can close this window.');
server.close();
const current = new URL(callback.url, redirectUri);
const tokens = await oidc.authorizationCodeGrant(config, current, { pkceCodeVerifier: verifier, expectedState: state });
const person = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
console.log(`Signed in as ${person.preferred_username}`);
