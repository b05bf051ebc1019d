// Each page at the widths of a desktop, of a phone and of a small phone, in light, dark and forced colours: nothing is cut off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { App, button, heading, launch, newPage, newPerson, screenshot, signIn, stack } from './browser.mjs';

const WIDTHS = [1280, 390, 320];
const COLOURS = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  forced: { colorScheme: 'dark', forcedColors: 'active' },
};

let browser;
let app;
before(async () => {
  browser = await launch();
  app = await App.start('An app with a name that takes more than one line');
});
after(async () => {
  await browser?.close();
  await app?.stop();
});

// Looks at the page in each size and colour, and gives a size and colours to `look`.
async function everywhere(page, name, look = async () => {}) {
  for (const [colours, media] of Object.entries(COLOURS)) {
    for (const width of WIDTHS) {
      await page.emulateMedia(media);
      await page.setViewportSize({ width, height: 700 });
      await page.evaluate(() => window.scrollTo(0, 0));
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(sideways <= 0, `${name} is ${sideways} pixels too wide at ${width}`);
      await look(colours, width);
      await screenshot(page, `${name}-${colours}-${width}`);
    }
  }
}

const box = (locator) => locator.boundingBox();

test('the pages of a sign-in fit, and the consent page shows its warning and both answers at once', async () => {
  const { page, close } = await newPage(browser);
  const person = await newPerson();
  await page.goto(app.begin({ scope: 'openid read write' }));
  await heading(page, 'Sign in').waitFor();
  await everywhere(page, 'sign-in');
  await signIn(page, { ...person, password: 'not the pass phrase' });
  await page.getByRole('alert').waitFor();
  await everywhere(page, 'sign-in-error');
  await signIn(page, person);
  await heading(page, 'Allow access?').waitFor();
  await everywhere(page, 'consent', async (colours, width) => {
    const [allow, deny] = [await box(button(page, 'Allow')), await box(button(page, 'Deny'))];
    assert.ok(allow.y + allow.height <= 700 && deny.y + deny.height <= 700, `an answer is out of sight at ${width}`);
    const bar = await box(page.getByText('Your answer goes to'));
    const warning = await box(page.getByText('An app on this device receives the answer.'));
    assert.ok(warning.y + warning.height < bar.y, `the warning is out of sight at ${width}`);
    const borders = await page.$$eval('button', (buttons) => buttons.map((one) => getComputedStyle(one).borderTopWidth));
    assert.deepEqual(borders, colours === 'forced' ? ['3px', '1px'] : ['1px', '1px']);
  });
  await close();
});

test('the pages of a sign-out and of a problem fit', async () => {
  const { page, close } = await newPage(browser);
  await page.goto(app.begin());
  await signIn(page, await newPerson());
  await heading(page, 'Allow access?').waitFor();
  await page.goto(`${stack('URL')}/logout`);
  await heading(page, 'Sign out?').waitFor();
  await everywhere(page, 'sign-out');
  await button(page, 'Sign out').click();
  await heading(page, 'You are signed out').waitFor();
  await everywhere(page, 'signed-out');
  await page.goto(app.begin({ client_id: 'nobody' }));
  await everywhere(page, 'problem');
  await close();
});
