// The account page, by keyboard alone, read by axe, in both colour schemes, on a desktop and on a small phone.
// Run with: tests/clients/with-stack node --test tests/browser/*.test.mjs
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { App, button, faultsOf, heading, launch, newPage, newPerson, screenshot, signInToConsent, stack } from './browser.mjs';

const CHOSEN = 'a sentence that nobody guesses';

let browser;
let app;

before(async () => {
  browser = await launch();
  app = await App.start(`An app with a name that is long ${'Donaudampfschiff'.repeat(4)}`);
});
after(async () => {
  await browser?.close();
  await app?.stop();
});

// Presses Tab until this element has the focus, and presses the key there.
async function reach(page, locator, key) {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await locator.evaluate((element) => element === document.activeElement)) {
      const ring = await locator.evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(ring, 'none', 'the focus is not to be seen');
      return key ? page.keyboard.press(key) : undefined;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reaches ${locator}`);
}

async function typeInto(page, label, text) {
  await reach(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

async function signInByKeyboard(page, person) {
  await page.goto(`${stack('URL')}/account`);
  await heading(page, 'Sign in').waitFor();
  await typeInto(page, 'Username', person.username);
  await typeInto(page, 'Password', person.password);
  await page.keyboard.press('Enter');
  await heading(page, 'Your account').waitFor();
}

for (const colorScheme of ['light', 'dark']) {
  describe(`in ${colorScheme} colours`, () => {
    test('a person looks after the account without a mouse', async () => {
      const person = await newPerson();
      const { page, faults, close } = await newPage(browser, { colorScheme });
      const { page: other, close: closeOther } = await newPage(browser, { colorScheme });
      const assertFaultless = async (name) => {
        for (const width of [1280, 320]) {
          await page.setViewportSize({ width, height: 700 });
          const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(sideways <= 0, `${name} is ${sideways} pixels too wide at ${width}`);
          await screenshot(page, `${name}-${colorScheme}-${width}`);
        }
        assert.deepEqual(await faultsOf(page), [], name);
      };

      await signInToConsent(page, app, person);
      await button(page, 'Allow').click();
      await app.answer(page);
      await signInByKeyboard(other, person);
      await page.goto(`${stack('URL')}/account`);
      await heading(page, 'Your account').waitFor();
      await assertFaultless('account');

      await typeInto(page, 'Name', 'Zoë Example');
      await reach(page, button(page, 'Save'), 'Enter');
      await page.waitForFunction(() => document.querySelector('[name=name]')?.defaultValue === 'Zoë Example');

      await reach(page, page.getByRole('button', { name: 'Sign out there' }), 'Enter');
      await page.waitForFunction(() => !document.body.innerText.includes('Sign out there'));
      await other.reload();
      await heading(other, 'Sign in').waitFor();

      const withdraw = page.getByRole('button', { name: 'Withdraw access' });
      await reach(page, withdraw, 'Enter');
      await page.getByText('No app has access.').waitFor();
      await assertFaultless('account-empty');

      await reach(page, page.getByRole('link', { name: 'Change your password' }), 'Enter');
      await heading(page, 'Change your password').waitFor();
      await assertFaultless('account-password');
      await typeInto(page, 'Current password', person.password);
      await typeInto(page, 'New password', 'too short');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await assertFaultless('account-password-error');
      await typeInto(page, 'Current password', person.password);
      await typeInto(page, 'New password', CHOSEN);
      await reach(page, button(page, 'Change password'), 'Enter');
      await heading(page, 'Your password is changed').waitFor();
      await assertFaultless('account-password-changed');
      await signInByKeyboard(other, { ...person, password: CHOSEN });
      assert.deepEqual(faults, []);
      await close();
      await closeOther();
    });
  });
}

test('a password manager finds the page for a new password and its fields', async () => {
  const { page, close } = await newPage(browser);
  const person = await newPerson();
  await page.goto(`${stack('URL')}/.well-known/change-password`);
  await heading(page, 'Sign in').waitFor();
  await page.getByLabel('Username').fill(person.username);
  await page.getByLabel('Password').fill(person.password);
  await page.keyboard.press('Enter');
  await heading(page, 'Change your password').waitFor();
  const autocomplete = await page.locator('input[autocomplete]').evaluateAll((inputs) => inputs.map((input) => input.autocomplete));
  assert.deepEqual(autocomplete, ['username', 'current-password', 'new-password']);
  await close();
});
