// Every page, read by axe, in both colour schemes.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { App, button, faultsOf, heading, launch, newPage, newPerson, screenshot, signIn, signInToConsent, stack } from './browser.mjs';

let browser;
let app;

before(async () => {
  browser = await launch();
  // A name that would break a page that does not escape it, or does not break long words.
  app = await App.start(`<b>O'Hara & Söhne</b> ${'Donaudampfschiff'.repeat(4)}`);
});
after(async () => {
  await browser?.close();
  await app?.stop();
});

for (const colorScheme of ['light', 'dark']) {
  describe(`in ${colorScheme} colours`, () => {
    let person;
    let page;
    let close;
    beforeEach(async () => {
      person = await newPerson();
      ({ page, close } = await newPage(browser, { colorScheme }));
    });
    afterEach(() => close());

    const assertFaultless = async (name) => {
      await screenshot(page, `${name}-${colorScheme}`);
      assert.deepEqual(await faultsOf(page), [], name);
    };

    test('sign-in', async () => {
      await page.goto(app.begin());
      await heading(page, 'Sign in').waitFor();
      await assertFaultless('sign-in');
    });

    test('sign-in with an error', async () => {
      await page.goto(app.begin());
      await signIn(page, { ...person, password: 'not the pass phrase' });
      await page.getByRole('alert').waitFor();
      await assertFaultless('sign-in-error');
    });

    test('consent', async () => {
      await signInToConsent(page, app, person);
      assert.ok((await page.locator('main').innerText()).includes(app.name));
      await assertFaultless('consent');
    });

    test('an answer in a form', async () => {
      // Where the app answers with nothing the browser stays on the page.
      await page.route(app.redirectUri, (route) => route.fulfill({ status: 204 }));
      await page.goto(app.begin({ response_mode: 'form_post' }));
      await signIn(page, person);
      await button(page, 'Allow').click();
      await heading(page, 'Back to the app').waitFor();
      await assertFaultless('form-post');
    });

    test('sign-out, and its end', async () => {
      await signInToConsent(page, app, person);
      await page.goto(`${stack('URL')}/logout`);
      await heading(page, 'Sign out?').waitFor();
      await assertFaultless('sign-out');
      await button(page, 'Sign out').click();
      await heading(page, 'You are signed out').waitFor();
      await assertFaultless('signed-out');
    });

    test('a problem', async () => {
      await page.goto(app.begin({ client_id: 'nobody' }));
      await assertFaultless('problem');
    });

    test('the start page, and the demo callback with a refusal and with a code', async () => {
      await page.goto(stack('URL'));
      await heading(page, 'Your local stack is running').waitFor();
      await assertFaultless('start');
      const [username, password] = await page.locator('p', { hasText: 'with the password' }).locator('code').allInnerTexts();
      const link = await page.getByRole('link', { name: 'Start the demo sign-in' }).getAttribute('href');
      // Whoever agreed in the other colours is asked again.
      const url = new URL(link, stack('URL'));
      url.searchParams.set('prompt', 'consent');
      await page.goto(url.href);
      await signIn(page, { username, password });
      await button(page, 'Deny').click();
      await heading(page, 'The sign-in was refused').waitFor();
      await assertFaultless('demo-refused');
      await page.goto(url.href);
      await button(page, 'Allow').click();
      await heading(page, 'A code came back').waitFor();
      await assertFaultless('demo-code');
    });
  });
}

test('axe finds a fault where there is one', async () => {
  const { page, close } = await newPage(browser);
  await page.goto(app.begin());
  await page.evaluate(() => {
    document.documentElement.removeAttribute('lang');
    document.querySelector('label').remove();
  });
  const faults = (await faultsOf(page)).map((fault) => fault.split(':')[0]);
  assert.ok(faults.includes('html-has-lang') && faults.includes('label'), `${faults}`);
  await close();
});
