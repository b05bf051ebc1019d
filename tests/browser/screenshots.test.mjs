// The pictures of README.md: the pages as they are, in both colour schemes. A picture that shows another page is a fault.
// With JETON_WRITE_SCREENSHOTS=1 they are taken again.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { button, fillIn, heading, jeton, launch, newPage, stack } from './browser.mjs';

const API = 'https://notes.example/api';
const MOST_BYTES = 50_000;
// Fonts are drawn a little differently on each machine: the mean difference of a pixel in small copies of both pictures,
// of 255. Another colour of the button alone is more than that.
const MOST_DIFFERENT = 4;

let browser;
let authorize;
before(async () => {
  browser = await launch();
  const scopes = ['--scope', 'notes:read=Read your notes', '--scope', 'notes:write=Write and delete your notes'];
  await jeton(['api', 'create', '--identifier', API, ...scopes]);
  const redirect = ['--redirect-uri', 'https://notes.example/callback', '--api', API];
  const { client_id: id } = await jeton(['client', 'create', '--name', 'Notes', '--grant', 'authorization_code', ...redirect]);
  authorize = new URL('/authorize', stack('URL'));
  const request = {
    response_type: 'code', client_id: id, redirect_uri: 'https://notes.example/callback', state: 's',
    scope: 'openid notes:read notes:write', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256',
  };
  authorize.search = new URLSearchParams(request);
});
after(() => browser?.close());

// How different two pictures are, from 0 to 255; `null` if their sizes differ.
async function difference(page, one, other) {
  return page.evaluate(async (pictures) => {
    const shrunk = await Promise.all(pictures.map(async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(picture.width >> 2, picture.height >> 2);
      const context = canvas.getContext('2d');
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      return { size: `${picture.width} x ${picture.height}`, data: context.getImageData(0, 0, canvas.width, canvas.height).data };
    }));
    if (shrunk[0].size !== shrunk[1].size) return null;
    return shrunk[0].data.reduce((sum, value, at) => sum + Math.abs(value - shrunk[1].data[at]), 0) / shrunk[0].data.length;
  }, [one, other].map((bytes) => bytes.toString('base64')));
}

async function compare(page, blank, name) {
  const file = fileURLToPath(new URL(`screenshots/${name}.png`, import.meta.url));
  const taken = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  if (process.env.JETON_WRITE_SCREENSHOTS) writeFileSync(file, taken);
  const committed = readFileSync(file);
  assert.ok(committed.length < MOST_BYTES, `${name}.png has ${committed.length} bytes`);
  const different = await difference(blank, taken, committed);
  assert.ok(different !== null, `${name}.png has another size: JETON_WRITE_SCREENSHOTS=1`);
  assert.ok(different < MOST_DIFFERENT, `${name}.png shows another page (${different}): JETON_WRITE_SCREENSHOTS=1`);
  return taken;
}

for (const colorScheme of ['light', 'dark']) {
  test(`the pictures of README.md in ${colorScheme} colours`, async () => {
    const person = { username: 'ada', password: 'a long enough pass phrase' };
    if (colorScheme === 'light') await jeton(['user', 'create', '--username', 'ada', '--password-stdin'], `${person.password}\n`);
    const viewport = { width: 460, height: 600 };
    const { page, context, close } = await newPage(browser, { colorScheme, viewport });
    // A page without the pages' policy, to compare pictures in.
    const blank = await context.newPage();
    await page.goto(authorize.href);
    await fillIn(page, person);
    const signIn = await compare(page, blank, `sign-in-${colorScheme}`);
    await button(page, 'Sign in').click();
    await heading(page, 'Allow access?').waitFor();
    const consent = await compare(page, blank, `consent-${colorScheme}`);
    assert.ok((await difference(blank, signIn, consent)) > MOST_DIFFERENT, 'a comparison sees that pages differ');
    await close();
  });
}
