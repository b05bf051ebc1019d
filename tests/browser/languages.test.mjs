// The pages in each language: every text is in it and fits on a phone, axe finds nothing, and the keyboard reaches everything.
// Pictures of the sign-in and of the account in each go to target/screenshots, and with JETON_WRITE_SCREENSHOTS=1 to screenshots
// beside this file. A machine without a Japanese font (such as Debian's fonts-ipafont-gothic) shows boxes in place of the text.
// Run with: tests/clients/with-stack node --test tests/browser/*.test.mjs
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { faultsOf, launch, newPage, screenshot } from './browser.mjs';
import { OwnStack } from './own_stack.mjs';
import { html, servePages } from './pages.mjs';

const API = 'https://harbour.example';
const SCOPE = 'openid profile email offline_access read';
const WIDTHS = [1280, 390, 320];
// Browsers that ask for each language, and names that a page has to fit in: one long word, and both directions in one line.
const LANGUAGES = {
  en: { locale: 'en-GB', app: 'Harbour Office', name: 'Ada Lovelace' },
  de: { locale: 'de-AT', app: 'Donaudampfschifffahrtsgesellschaftskapitänskajütenverwaltung', name: 'Jürgen Groß' },
  fr: { locale: 'fr-CA', app: "Carnet de bord de l'Armorique", name: 'Zoë Lefèvre' },
  es: { locale: 'es-MX', app: 'Cuaderno de la Compañía', name: 'Íñigo Núñez' },
  ja: { locale: 'ja-JP', app: '港の記録帳', name: '山田 花子' },
  ar: { locale: 'ar-EG', app: 'دفتر الميناء (Notes 2)', name: 'ليلى الحداد' },
};
// Words that no other language here has.
const ENGLISH_WORD = /\b(?:the|you|your|and|with|this|from|are|of)\b/i;
const STOPS = 'a[href], button, input:not([type=hidden])';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const CATALOGUES = Object.fromEntries(Object.keys(LANGUAGES).map((language) => [
  language,
  readFileSync(new URL(`../../shared/pages/languages/${language}.ftl`, import.meta.url), 'utf8'),
]));

// What stands around the arguments of the English texts, where it is more than a word or two.
const SENTENCES = CATALOGUES.en.split('\n')
  .filter((line) => !line.startsWith('#'))
  .map((line) => line.replace(/^\s*(?:[\w-]+ =|\*?\[\w+\])/, ''))
  .flatMap((line) => line.split(/\{[^}]*\}?|\}/))
  .map((part) => part.trim())
  .filter((part) => (part.match(/\p{L}/gu) ?? []).length >= 12);

// A text without arguments.
const said = (language, id) => CATALOGUES[language].match(new RegExp(`^${id} = (.+)$`, 'm'))[1];

const own = new OwnStack();
let browser;
let app;

before(async () => {
  await own.start(['--sign-up', 'open'], { JETON_ACCOUNT_DATA: 'delete' });
  await own.jeton(['api', 'create', '--identifier', API, '--scope', 'read']);
  app = await servePages(() => ({ html: html('', '<h1>Back at the app</h1>') }));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await app?.stop();
  await own.stop();
});

// A person, and an app for browsers and devices, with names of the language.
async function register(language) {
  const person = { username: `person-${language}`, password: 'a long enough pass phrase' };
  await own.jeton(['user', 'create', '--username', person.username, '--password-stdin'], `${person.password}\n`);
  const claims = [`name=${LANGUAGES[language].name}`, `email=${language}@harbour.example`, 'email_verified=true'];
  await own.jeton(['user', 'update', person.username, ...claims.flatMap((claim) => ['--claim', claim])]);
  const grants = ['authorization_code', 'refresh_token', 'device_code'].flatMap((grant) => ['--grant', grant]);
  const created = ['client', 'create', '--name', LANGUAGES[language].app, '--auth-method', 'none', ...grants];
  const { client_id: client } = await own.jeton([...created, '--redirect-uri', `${app.url}/callback`, '--api', API]);
  return { person, client };
}

function request(client, more = {}) {
  const url = new URL('/authorize', own.issuer);
  url.search = new URLSearchParams({
    response_type: 'code', client_id: client, redirect_uri: `${app.url}/callback`, state: 's', scope: SCOPE,
    code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', nonce: 'n', ...more,
  });
  return url.href;
}

// The code that a device shows, to enter it at /device.
async function userCode(client) {
  const body = new URLSearchParams({ client_id: client, scope: SCOPE });
  const response = await fetch(`${own.issuer}/device_authorization`, { method: 'POST', body });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer.user_code;
}

// The code that an authenticator app shows for a key (RFC 6238).
function totp(key) {
  const bits = [...key.replace(/\s/g, '')].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', secret).update(step).digest();
  return `${(digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff) % 1_000_000}`.padStart(6, '0');
}

// Everything that the page says, to the eye or not, without values, which stand in elements of their own. It runs in the page.
function wordsOfPage() {
  const attributes = ['aria-label', 'alt', 'title', 'placeholder'].flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].map((element) => element.getAttribute(name)),
  );
  const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  let all = '';
  while (texts.nextNode()) {
    if (!texts.currentNode.parentElement.closest('script, style, bdi, code, pre, .code')) all += texts.currentNode.data;
  }
  return [all, ...attributes].join('\n').replace(/\s+/g, ' ');
}

const sentencesIn = (words) => SENTENCES.filter((sentence) => words.includes(sentence));

const named = (page, role, name) => page.getByRole(role, { name, exact: true });

// Waits for the page with this heading, and asserts that it is in the language, wholly.
async function arrive(page, language, id) {
  await page.getByRole('heading', { level: 1, name: said(language, id), exact: true }).waitFor();
  const { lang, dir, direction } = await page.evaluate(() => {
    const { lang, dir } = document.documentElement;
    return { lang, dir, direction: getComputedStyle(document.querySelector('h1')).direction };
  });
  const expected = language === 'ar' ? { dir: 'rtl', direction: 'rtl' } : { dir: '', direction: 'ltr' };
  assert.deepEqual({ lang, dir, direction }, { lang: language, ...expected }, id);
  const words = await page.evaluate(wordsOfPage);
  const english = sentencesIn(words);
  if (language === 'en') {
    assert.ok(english.length > 0 && ENGLISH_WORD.test(words), `a search for English finds none on an English page: ${words}`);
  } else {
    assert.deepEqual(english.filter((sentence) => !CATALOGUES[language].includes(sentence)), [], id);
    assert.doesNotMatch(words, ENGLISH_WORD, id);
  }
}

// Texts that do not fit where they stand, and buttons, links and fields that are too small for a finger. It runs in the page.
function misfitsOfPage() {
  const faults = [];
  const sideways = document.documentElement.scrollWidth - innerWidth;
  if (sideways > 0) faults.push(`the page is ${sideways} pixels too wide`);
  const range = document.createRange();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    let box = text.parentElement;
    if (!text.data.trim() || !box.checkVisibility()) continue;
    while (getComputedStyle(box).display === 'inline') box = box.parentElement;
    const { left, right, top, bottom } = box.getBoundingClientRect();
    range.selectNodeContents(text);
    const isOut = (line) => line.left < left - 1 || line.right > right + 1 || line.left < 0 || line.right > innerWidth;
    const isCut = (line) => box.matches('button, .button') && (line.top < top || line.bottom > bottom);
    const lines = [...range.getClientRects()].filter((line) => line.width > 0);
    // Widths are rounded.
    if (box.scrollWidth > box.clientWidth + 1 || lines.some((line) => isOut(line) || isCut(line))) faults.push(text.data.trim());
  }
  for (const element of document.querySelectorAll('button, main a, input:not([type=hidden], [type=checkbox])')) {
    if (element.checkVisibility() && element.getBoundingClientRect().height < 44) faults.push(`too small: ${element.outerHTML}`);
  }
  return faults;
}

async function picture(page, name) {
  await screenshot(page, name);
  if (!process.env.JETON_WRITE_SCREENSHOTS) return;
  const path = fileURLToPath(new URL(`screenshots/${name}.jpeg`, import.meta.url));
  await page.screenshot({ path, type: 'jpeg', quality: 40, fullPage: true, animations: 'disabled', caret: 'hide' });
}

// Looks at the page with axe, and in each width. One that is pictured is read in both colour schemes.
async function look(page, name, { pictured = false } = {}) {
  // So high that what sticks to its lower edge covers nothing.
  await page.setViewportSize({ width: WIDTHS.at(-1), height: 3000 });
  for (const colorScheme of pictured ? ['dark', 'light'] : ['light']) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await faultsOf(page), [], `${name}, ${colorScheme}`);
  }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 700 });
    assert.deepEqual(await page.evaluate(misfitsOfPage), [], `${name} at ${width}`);
    if (pictured && width === 390) await picture(page, name);
  }
}

async function enter(page, { username, password }) {
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.locator('form:has(#password) button').click();
}

// Sends the form of this field.
async function send(page, field, value) {
  await page.locator(field).fill(value);
  await page.locator(`form:has(${field}) button`).click();
}

// Goes through the page with the Tab key: each link, field and button has the focus in its turn, and that is seen.
async function walk(page) {
  const stops = await page.locator(STOPS).evaluateAll((elements) => elements.filter((one) => one.checkVisibility()).length);
  assert.ok(stops >= 14, `the account has only ${stops} links, fields and buttons`);
  for (let at = 0; at < stops; at += 1) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate((selector) => {
      const focused = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(focused);
      const { top, bottom } = focused.getBoundingClientRect();
      const isSeen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && top > -1 && bottom < innerHeight + 1;
      return { at: [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility()).indexOf(focused), isSeen };
    }, STOPS);
    assert.deepEqual(focus, { at, isSeen: true });
  }
}

// Signs in on a browser of another language, asks for this one as apps and links do, and leaves the session open.
async function arriveByWish(language, { person, client }) {
  const { page, close } = await newPage(browser, { locale: language === 'en' ? 'de-DE' : 'en-GB' });
  await page.goto(request(client, { ui_locales: language }));
  await arrive(page, language, 'sign-in');
  await enter(page, person);
  await arrive(page, language, 'consent-heading');
  await page.goto(`${own.issuer}/account?ui_locales=${language}`);
  await arrive(page, language, 'account-title');
  await named(page, 'link', said(language, 'account-change-password')).click();
  await arrive(page, language, 'account-change-password');
  await named(page, 'link', said(language, 'back-to-account')).click();
  await arrive(page, language, 'account-title');
  await close();
}

// From the request of an app to the account, where the app has access then.
async function signInToAccount(page, language, { person, client }) {
  await page.goto(request(client));
  await arrive(page, language, 'sign-in');
  await look(page, `language-${language}-sign-in`, { pictured: true });
  await enter(page, { ...person, password: 'not the pass phrase' });
  await page.getByRole('alert').filter({ hasText: said(language, 'fault-password') }).waitFor();
  await arrive(page, language, 'sign-in');
  await look(page, `language-${language}-sign-in-error`);
  await enter(page, person);
  await arrive(page, language, 'consent-heading');
  await look(page, `language-${language}-consent`);
  await page.locator('button[value=allow]').click();
  await page.waitForURL(`${app.url}/callback?**`);
}

async function lookAfterAccount(page, language) {
  await page.goto(`${own.issuer}/account`);
  await arrive(page, language, 'account-title');
  for (const id of ['account-withdraw', 'account-sign-out-there', 'sign-out-others']) {
    await named(page, 'button', said(language, id)).waitFor();
  }
  await named(page, 'link', said(language, 'account-download')).waitFor();
  await look(page, `language-${language}-account`, { pictured: true });
  await page.reload();
  await walk(page);
  await page.reload();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await arrive(page, language, 'account-change-password');
  await look(page, `language-${language}-password`);
  for (const [path, id] of [['email', 'account-email'], ['delete', 'account-delete'], ['passkeys', 'account-passkeys']]) {
    await page.goto(`${own.issuer}/account/${path}`);
    await arrive(page, language, id);
    await look(page, `language-${language}-${path}`);
  }
}

async function connectDevice(page, language, client) {
  await page.goto(`${own.issuer}/device`);
  await arrive(page, language, 'device-title');
  await look(page, `language-${language}-device`);
  await send(page, '#user_code', await userCode(client));
  await arrive(page, language, 'device-consent-title');
  await look(page, `language-${language}-device-consent`);
}

// Adds an authenticator app, and then a passkey.
async function addFactors(page, context, language) {
  await page.goto(`${own.issuer}/account/factors`);
  await arrive(page, language, 'new-factor-title');
  await look(page, `language-${language}-new-factor`);
  await send(page, '#code', totp(await page.locator('pre').innerText()));
  await arrive(page, language, 'recovery-codes-title');
  await look(page, `language-${language}-recovery-codes`);
  await named(page, 'link', said(language, 'recovery-codes-kept')).click();
  await arrive(page, language, 'account-factors');
  await look(page, `language-${language}-factors`);
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const verifies = { hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, ...verifies };
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  await page.goto(`${own.issuer}/account/passkeys`);
  await send(page, '#name', LANGUAGES[language].app);
  await page.locator('#passkey-1').waitFor();
  await arrive(page, language, 'account-passkeys');
  await look(page, `language-${language}-passkey`);
  // Without it, the sign-in pages wait for a person.
  await devtools.send('WebAuthn.disable');
}

async function signOut(page, language) {
  await page.goto(`${own.issuer}/logout`);
  await arrive(page, language, 'sign-out-title');
  await look(page, `language-${language}-sign-out`);
  await page.locator('button[value=sign_out]').click();
  await arrive(page, language, 'signed-out-title');
  await look(page, `language-${language}-signed-out`);
}

// The pages of somebody who has not signed in, or not wholly.
async function lookAtTheRest(page, language, person) {
  await page.goto(`${own.issuer}/account`);
  await enter(page, person);
  await arrive(page, language, 'factor-title-code');
  await look(page, `language-${language}-second-factor`);
  await page.goto(`${own.issuer}/account/forgotten`);
  await arrive(page, language, 'forgotten-title');
  await look(page, `language-${language}-forgotten`);
  await send(page, '#username', 'nobody');
  await arrive(page, language, 'mail-sent-title');
  await look(page, `language-${language}-mail-sent`);
  await page.goto(`${own.issuer}/account/sign-up`);
  await arrive(page, language, 'create-an-account');
  await look(page, `language-${language}-sign-up`);
  await page.goto(request('nobody'));
  await arrive(page, language, 'problem-app-set-up');
  await look(page, `language-${language}-problem`);
}

describe('the pages', { concurrency: 2 }, () => {
  for (const [language, { locale }] of Object.entries(LANGUAGES)) {
    test(`in ${language} are whole, fit, and are for everybody`, async () => {
      const visitor = await register(language);
      const { page, context, close } = await newPage(browser, { locale });
      await arriveByWish(language, visitor);
      await signInToAccount(page, language, visitor);
      await lookAfterAccount(page, language);
      await connectDevice(page, language, visitor.client);
      await addFactors(page, context, language);
      await signOut(page, language);
      // A browser that the person does not use is asked for the second factor.
      await context.clearCookies();
      await lookAtTheRest(page, language, visitor.person);
      await close();
    });
  }
});

test('a text that does not fit is found, and so is one in English', async () => {
  const { page, close } = await newPage(browser, { locale: LANGUAGES.de.locale, viewport: { width: 320, height: 700 } });
  await page.goto(request('nobody'));
  await arrive(page, 'de', 'problem-app-set-up');
  assert.deepEqual(await page.evaluate(misfitsOfPage), []);
  await page.evaluate((sentence) => {
    document.querySelector('h1').style.width = '1rem';
    document.querySelector('h1').style.overflowWrap = 'normal';
    document.querySelector('main p').textContent = sentence;
  }, said('en', 'ask-the-app'));
  assert.deepEqual(await page.evaluate(misfitsOfPage), [said('de', 'problem-app-set-up')]);
  await assert.rejects(arrive(page, 'de', 'problem-app-set-up'), assert.AssertionError);
  await close();
});
