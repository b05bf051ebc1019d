// What tests/clients/with-stack tells, and the operator's commands for that stack.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const stack = (name) => {
  const value = process.env[`STACK_${name}`];
  assert.ok(value, `STACK_${name} is not set: run this through tests/clients/with-stack`);
  return value;
};

// Runs one command and gives the JSON document that it prints.
export const jeton = (...args) =>
  JSON.parse(execFileSync(stack('JETON'), [...args, '--json', '--env-file', stack('ENV_FILE')], { encoding: 'utf8' }));

// Registers an app that signs people in.
export const registerApp = (name, ...more) =>
  jeton('client', 'create', '--name', name, '--grant', 'authorization_code', '--grant', 'refresh_token',
    '--redirect-uri', stack('REDIRECT_URI'), '--api', stack('APIS').split(' ')[0], ...more);

// The same for one that proves itself with a key, of which this is the public half.
export function registerAppWithKey(name, jwk, ...more) {
  const directory = mkdtempSync(join(tmpdir(), 'jeton-clients-'));
  try {
    const file = join(directory, 'jwks.json');
    writeFileSync(file, JSON.stringify({ keys: [jwk] }));
    return registerApp(name, '--auth-method', 'private_key_jwt', '--jwks', file, ...more);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
