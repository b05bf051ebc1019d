// Passkeys in Chromium, with its virtual authenticators, and what another library says of each ceremony.
// Run with: tests/clients/with-stack node --test tests/browser/*.test.mjs
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';

import { button, faultsOf, heading, launch, newPage, signIn } from './browser.mjs';
import { OwnStack } from './own_stack.mjs';

const PASSWORD = 'a long enough pass phrase';

const own = new OwnStack();
let browser;
let people = 0;
let page;
let context;
let close;
let devtools;
let authenticatorId;

before(async () => {
  await own.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await own.stop();
});
beforeEach(async () => {
  ({ page, context, close } = await newPage(browser));
});
afterEach(() => close());

async function newPerson() {
  people += 1;
  const username = `passkey-${people}`;
  await own.jeton(['user', 'create', '--username', username, '--password-stdin'], `${PASSWORD}\n`);
  return { username, password: PASSWORD };
}

// An authenticator of the page's browser, which verifies its user without asking.
async function plugIn(more = {}) {
  devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
    ...more,
  };
  ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options }));
}

// The browser suggests no passkey while a name is typed, so that a test presses the button.
const withoutSuggestions = () =>
  page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });

// What the page asks of the browser, and what the browser answers to the next form.
async function ceremony(act) {
  const { challenge, site } = await page.locator('#passkey').evaluate((form) => ({ ...form.dataset }));
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await act();
  const form = new URLSearchParams((await sent).postData());
  const response = JSON.parse(form.get('passkey'));
  return { response, expectedChallenge: challenge, expectedOrigin: own.issuer, expectedRPID: site, requireUserVerification: true };
}

async function addPasskey(name) {
  await page.goto(`${own.issuer}/account/passkeys`);
  await heading(page, 'Your passkeys').waitFor();
  await page.getByLabel('Name, such as that of your device').fill(name);
  const made = await ceremony(() => button(page, 'Add a passkey').click());
  // The first one brings recovery codes.
  const [listed, kept] = [page.locator('li', { hasText: name }), page.getByRole('link', { name: 'I have kept them' })];
  await listed.or(kept).waitFor();
  if (await kept.isVisible()) await kept.click();
  await listed.waitFor();
  const opinion = await verifyRegistrationResponse(made);
  assert.ok(opinion.verified);
  return opinion.registrationInfo;
}

// A person with a passkey, who is signed out again.
async function personWithPasskey(more = {}) {
  const person = await newPerson();
  await plugIn(more);
  await withoutSuggestions();
  await page.goto(`${own.issuer}/account`);
  await signIn(page, person);
  await heading(page, 'Your account').waitFor();
  const passkey = await addPasskey('Laptop');
  await context.clearCookies();
  await page.goto(`${own.issuer}/account`);
  await heading(page, 'Sign in').waitFor();
  return { person, passkey };
}

async function signInByButton(passkey) {
  const answered = await ceremony(() => button(page, 'Use a passkey').click());
  const opinion = await verifyAuthenticationResponse({ ...answered, credential: passkey.credential });
  passkey.credential.counter = opinion.authenticationInfo.newCounter;
  return opinion.verified;
}

test('a passkey is made, and signs in without a name', async () => {
  const { person, passkey } = await personWithPasskey();
  assert.equal(passkey.fmt, 'none');
  assert.ok(passkey.userVerified);
  assert.ok(await signInByButton(passkey));
  await heading(page, 'Your account').waitFor();
  assert.match(await page.locator('main').innerText(), new RegExp(person.username));
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  const handle = Buffer.from(credentials[0].userHandle, 'base64');
  assert.equal(handle.length, 32);
  assert.ok(!handle.includes(person.username));
});

test('the browser suggests a passkey where the name is typed', async () => {
  const person = await newPerson();
  await plugIn();
  await page.goto(`${own.issuer}/account`);
  await signIn(page, person);
  await heading(page, 'Your account').waitFor();
  await addPasskey('Phone');
  await context.clearCookies();
  // Presence is simulated, so the suggestion is taken as soon as the page waits for it.
  await page.goto(`${own.issuer}/account`);
  await heading(page, 'Your account').waitFor();
  assert.match(await page.locator('main').innerText(), new RegExp(person.username));
});

test('a page on another origin gets nothing', async () => {
  await personWithPasskey();
  await page.goto(`${own.issuer.replace('localhost', '127.0.0.1')}/account`);
  await button(page, 'Use a passkey').click();
  await page.getByText('No passkey was used.').waitFor();
  await heading(page, 'Sign in').waitFor();
});

test('an authenticator that does not verify its user signs nobody in', async () => {
  await personWithPasskey();
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await button(page, 'Use a passkey').click();
  await page.getByText('No passkey was used.').waitFor();
});

test('a passkey that was removed signs nobody in, and the password does', async () => {
  const { person } = await personWithPasskey();
  await own.jeton(['user', 'factors', person.username, '--remove', '--yes']);
  await button(page, 'Use a passkey').click();
  await page.getByText('This passkey does not work here.').waitFor();
  await signIn(page, person);
  await heading(page, 'Your account').waitFor();
});

test('a passkey that is copied to other devices signs in again and again', async () => {
  const { passkey } = await personWithPasskey({ defaultBackupEligibility: true, defaultBackupState: true });
  assert.equal(passkey.credentialDeviceType, 'multiDevice');
  for (let time = 0; time < 2; time += 1) {
    // This authenticator counts each use, from one on; keys that count nothing are in the conformance tests.
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    await devtools.send('WebAuthn.removeCredential', { authenticatorId, credentialId: credentials[0].credentialId });
    await devtools.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credentials[0], signCount: time + 1 } });
    assert.ok(await signInByButton(passkey));
    await heading(page, 'Your account').waitFor();
    await context.clearCookies();
    await page.goto(`${own.issuer}/account`);
  }
});

test('the pages with passkeys are faultless, and without scripts there is the password', async () => {
  const { person } = await personWithPasskey();
  assert.deepEqual(await faultsOf(page), [], 'sign-in');
  await button(page, 'Use a passkey').click();
  await heading(page, 'Your account').waitFor();
  await page.goto(`${own.issuer}/account/passkeys`);
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 700 });
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(sideways <= 0, `${sideways} pixels too wide at ${width}`);
  }
  assert.deepEqual(await faultsOf(page), [], 'passkeys');
  await page.getByLabel('This is my only factor').check();
  await button(page, 'Remove').click();
  await page.getByText('You have no passkey.').waitFor();
  await close();
  ({ page, context, close } = await newPage(browser, { javaScriptEnabled: false }));
  await page.goto(`${own.issuer}/account`);
  assert.equal(await button(page, 'Use a passkey').isVisible(), false);
  await signIn(page, person);
  await heading(page, 'Your account').waitFor();
});
