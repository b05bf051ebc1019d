// The device authorization grant, with openid-client and all its checks on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as client from 'openid-client';

import { Person } from './person.mjs';
import { jeton, stack } from './stack.mjs';

const issuer = stack('URL');
const [api] = stack('APIS').split(' ');

const registerDevice = (name, ...more) =>
  jeton('client', 'create', '--name', name, '--grant', 'device_code', '--grant', 'refresh_token', '--api', api, ...more);

const connect = (id, authentication) =>
  client.discovery(new URL(issuer), id, undefined, authentication, { execute: [client.allowInsecureRequests] });

const person = () => new Person(stack('USERNAME'), stack('PASSWORD'));

test('openid-client gets tokens on a device, however it authenticates', async (context) => {
  const none = registerDevice('A television', '--auth-method', 'none');
  const basic = registerDevice('A set-top box');
  const clients = [
    ['none', none.client_id, client.None()],
    ['client_secret_basic', basic.client_id, client.ClientSecretBasic(basic.client_secret)],
  ];
  for (const [method, id, authentication] of clients) {
    await context.test(method, async () => {
      const config = await connect(id, authentication);
      assert.equal(config.serverMetadata().device_authorization_endpoint, `${issuer}/device_authorization`);
      const started = await client.initiateDeviceAuthorization(config, { scope: 'openid offline_access read' });
      assert.equal(started.verification_uri, `${issuer}/device`);
      // The library waits for the interval before its first poll, and goes on while nobody has answered.
      const [tokens, page] = await Promise.all([
        client.pollDeviceAuthorizationGrant(config, started),
        person().answerDevice(started.verification_uri_complete),
      ]);
      assert.match(page, /Your device is connected/);
      assert.ok(tokens.claims().sub && tokens.refresh_token);
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
      assert.ok(refreshed.access_token);
    });
  }
});

test('openid-client is told that the person denied', async () => {
  const config = await connect(registerDevice('A denied television', '--auth-method', 'none').client_id, client.None());
  const started = await client.initiateDeviceAuthorization(config, { scope: 'read' });
  await person().answerDevice(started.verification_uri_complete, 'deny');
  await assert.rejects(client.pollDeviceAuthorizationGrant(config, started), { error: 'access_denied' });
});
