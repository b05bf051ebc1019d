// The looks of a deployment in Chromium: what a person sees of its name, its logo and its colours, and that its pages stay as
// strict and as readable as Jeton's own.
// Run with: tests/clients/with-stack node --test tests/browser/*.test.mjs
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { button, faultsOf, heading, launch, newPage, signIn } from './browser.mjs';
import { OwnStack } from './own_stack.mjs';

const PERSON = { username: 'quince', password: 'a long enough pass phrase' };
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path fill="#7a1f5c" d="M0 0h40v10H0z"/></svg>';
const LOOK = `name = "Quince & Co"
[colours.light]
button = "#7a1f5c"
link = "#7a1f5c"
[colours.dark]
link = "#f0b0dc"
[links]
help = "https://quince.example/help"
[texts]
footer = "Quince Ltd <Orchard Lane>"
sign_in = "Use your work account."
`;
// What Chromium says of the colours above.
const [PLUM, PINK] = ['rgb(122, 31, 92)', 'rgb(240, 176, 220)'];

const own = new OwnStack();
let browser;
let page;
let close;

before(async () => {
  writeFileSync(join(own.directory, 'brand.toml'), LOOK);
  writeFileSync(join(own.directory, 'logo.svg'), LOGO);
  await own.start(['--brand', own.directory]);
  await own.jeton(['user', 'create', '--username', PERSON.username, '--password-stdin'], `${PERSON.password}\n`);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await own.stop();
});
beforeEach(async () => {
  ({ page, close } = await newPage(browser));
});
afterEach(() => close());

const style = (locator, property) => locator.evaluate((element, name) => getComputedStyle(element)[name], property);

// Opens a page, and returns the directives of its policy.
async function policyOf(path) {
  const response = await page.goto(`${own.issuer}${path}`);
  const policy = response.headers()['content-security-policy'];
  return Object.fromEntries(policy.split(';').map((directive) => directive.trim().split(/ (.*)/s)));
}

test('the name, the logo and the colours are on the pages, by day and by night', async () => {
  for (const [scheme, link] of [['light', PLUM], ['dark', PINK]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(`${own.issuer}/account`);
    await heading(page, 'Sign in').waitFor();
    assert.match(await page.title(), /Quince & Co$/);
    const logo = page.getByRole('img', { name: 'Quince & Co' });
    assert.ok(await logo.evaluate((image) => image.complete && image.naturalWidth > 0), 'the logo is drawn');
    assert.equal(await style(page.getByRole('link', { name: 'Forgot your password?' }), 'color'), link, scheme);
    await page.getByText('Quince Ltd <Orchard Lane>').waitFor();
    await page.getByText('Use your work account.').waitFor();
    assert.equal(await page.getByRole('link', { name: /help/i }).getAttribute('href'), 'https://quince.example/help');
  }
  await page.emulateMedia({ colorScheme: 'light' });
  assert.equal(await style(button(page, 'Sign in'), 'backgroundColor'), PLUM);
});

test('a page with a look loads nothing from elsewhere', async () => {
  for (const path of ['/account', '/account/forgotten', '/device', '/logout']) {
    const policy = await policyOf(path);
    assert.equal(policy['default-src'], "'none'", path);
    assert.equal(policy['img-src'], 'data:', path);
    assert.match(policy['style-src'], /^'sha256-[^ ]+'$/, path);
  }
});

test('pages with a look are faultless, by day and by night, on a phone and on a desk', async () => {
  await page.goto(`${own.issuer}/account`);
  await signIn(page, PERSON);
  await heading(page, 'Your account').waitFor();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 700 });
      for (const path of ['/account', '/account/password', '/device']) {
        await page.goto(`${own.issuer}${path}`);
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(sideways <= 0, `${path} is ${sideways} pixels too wide at ${width}`);
        assert.deepEqual(await faultsOf(page), [], `${path} ${colorScheme} ${width}`);
      }
    }
  }
});
