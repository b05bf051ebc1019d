import * as oauth from 'openid-client';

const { ISSUER, AUDIENCE, CLIENT_ID, CLIENT_SECRET, API_URL, TOKEN } = process.env;
// An issuer without TLS is allowed on this machine only.
const local = new URL(ISSUER).hostname === '127.0.0.1' ? { execute: [oauth.allowInsecureRequests] } : {};
const config = await oauth.discovery(new URL(ISSUER), CLIENT_ID, {}, oauth.ClientSecretBasic(CLIENT_SECRET), local);

// The app hands the person's access token to the agent, which gets one of its own for the API: less scope, and `act`.
const own = await oauth.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
  subject_token: TOKEN,
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  resource: AUDIENCE,
  scope: 'read',
});
const answer = await fetch(`${API_URL}/orders`, { headers: { authorization: `Bearer ${own.access_token}` } });
console.log(answer.status, await answer.text());
