// The start page of `jeton dev`, and the demo app: what it prints works as it stands.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';

import { button, heading, launch, newPage, signIn, stack } from './browser.mjs';

const run = promisify(execFile);

let browser;
let page;
let close;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  ({ page, close } = await newPage(browser));
});
afterEach(() => close());

// Runs a command of a page as a person who pastes it into a terminal.
async function paste(command) {
  const { stdout } = await run('/bin/sh', ['-c', command]);
  return JSON.parse(stdout.slice(stdout.indexOf('{')));
}

const commands = () => page.locator('pre').allInnerTexts();

test('the command on the start page gets a token as a service', async () => {
  await page.goto(stack('URL'));
  const [command] = await commands();
  assert.match(command, /curl/);
  const answer = await paste(command);
  assert.ok(answer.access_token, JSON.stringify(answer));
});

test('the link on the start page signs the demo user in, and the command on the page redeems the code', async () => {
  await page.goto(stack('URL'));
  const told = await page.locator('p', { hasText: 'with the password' }).locator('code').allInnerTexts();
  const [username, password] = told;
  await page.getByRole('link', { name: 'Start the demo sign-in' }).click();
  await signIn(page, { username, password });
  await heading(page, 'Allow access?').waitFor();
  await button(page, 'Allow').click();
  await heading(page, 'A code came back').waitFor();
  const command = (await commands()).find((text) => text.includes('curl'));
  const answer = await paste(command);
  assert.ok(answer.access_token && answer.refresh_token && answer.id_token, JSON.stringify(answer));
  const again = await paste(command);
  assert.equal(again.error, 'invalid_grant');
  await page.getByRole('link', { name: 'Back to the start page' }).click();
  await heading(page, 'Your local stack is running').waitFor();
});
