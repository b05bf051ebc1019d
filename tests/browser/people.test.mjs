// What people do with the pages, in a real browser.
// Run with: tests/clients/with-stack node --test tests/browser/*.test.mjs
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { App, button, fillIn, heading, launch, newPage, newPerson, screenshot, signIn, signInToConsent, stack } from './browser.mjs';

let browser;
let app;
let person;
let context;
let page;
let faults;
let close;

before(async () => {
  browser = await launch();
  app = await App.start();
});
after(async () => {
  await browser?.close();
  await app?.stop();
});
beforeEach(async () => {
  person = await newPerson();
  app.answers.length = 0;
  ({ context, page, faults, close } = await newPage(browser));
});
afterEach(() => close());

// Opens a page in another kind of browser, in place of the one that each test has.
async function reopen(options) {
  await close();
  ({ context, page, faults, close } = await newPage(browser, options));
}

const focused = () => page.evaluate(() => {
  const { name, value, type, localName } = document.activeElement;
  return { name, value, type, localName };
});

test('a person signs in and consents, and the app gets tokens', async () => {
  await page.goto(app.begin());
  await heading(page, 'Sign in').waitFor();
  assert.match(await page.locator('main').innerText(), /Browser App/);
  await signIn(page, person);
  await heading(page, 'Allow access?').waitFor();
  const told = await page.locator('main').innerText();
  for (const fact of [app.name, person.username, 'read', new URL(app.redirectUri).hostname]) {
    assert.ok(told.includes(fact), `${fact} is not on the consent page: ${told}`);
  }
  await button(page, 'Allow').click();
  const answer = await app.answer(page);
  assert.deepEqual([...answer.keys()].sort(), ['code', 'iss', 'state']);
  const tokens = await app.redeem(answer.get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  assert.equal(tokens.scope, 'read');
  assert.ok(tokens.refresh_token);
});

test('the cookies are out of reach for scripts and for other sites', async () => {
  await signInToConsent(page, app, person);
  const cookies = await context.cookies();
  assert.ok(cookies.length > 0);
  // The issuer is http here: `Secure` and `__Host-` come with https, and WebKit would drop such cookies (C170).
  for (const { name, httpOnly, secure, sameSite, path } of cookies) {
    assert.deepEqual({ httpOnly, secure, sameSite, path }, { httpOnly: true, secure: false, sameSite: 'Lax', path: '/' }, name);
    assert.match(name, /^jeton-/);
  }
  assert.equal(await page.evaluate(() => document.cookie), '');
});

test('who says no is sent back to the app with access_denied', async () => {
  await signInToConsent(page, app, person);
  await button(page, 'Deny').click();
  const answer = await app.answer(page);
  assert.equal(answer.get('error'), 'access_denied');
  assert.equal(answer.get('code'), null);
});

test('a wrong password is told in words, to the eye and to a screen reader', async () => {
  await page.goto(app.begin());
  await signIn(page, { ...person, password: 'not the pass phrase' });
  const alert = page.getByRole('alert');
  await alert.waitFor();
  const text = (await alert.innerText()).trim();
  assert.ok(text.length > 10, text);
  assert.match(await page.title(), /^Error: /);
  assert.equal(await page.getByLabel('Username').inputValue(), person.username);
  const password = page.getByLabel('Password');
  assert.equal(await password.inputValue(), '');
  assert.equal(await password.getAttribute('aria-invalid'), 'true');
  assert.equal(await password.getAttribute('aria-describedby'), await alert.getAttribute('id'));
  assert.equal((await focused()).name, 'password');
  assert.deepEqual(app.answers, []);

  // An unknown name reads the same: nobody learns who has an account.
  await signIn(page, { username: 'nobody-here', password: 'not the pass phrase' });
  await page.waitForFunction(() => document.querySelector('#username')?.value === 'nobody-here');
  assert.equal((await alert.innerText()).trim(), text);

  await signIn(page, person);
  await heading(page, 'Allow access?').waitFor();
});

test('who is signed in is not asked for the password again', async () => {
  await signInToConsent(page, app, person);
  await page.goto(app.begin());
  await heading(page, 'Allow access?').waitFor();
  await page.goto(app.begin({ prompt: 'login' }));
  await heading(page, 'Sign in').waitFor();
});

test('who signs out is asked for the password again, and who stays is not', async () => {
  await signInToConsent(page, app, person);
  await page.goto(`${stack('URL')}/logout`);
  assert.ok((await page.locator('main').innerText()).includes(person.username));
  await button(page, 'Stay signed in').click();
  await heading(page, 'You are still signed in').waitFor();
  await page.goto(app.begin());
  await heading(page, 'Allow access?').waitFor();
  await page.goto(`${stack('URL')}/logout`);
  await button(page, 'Sign out').click();
  await heading(page, 'You are signed out').waitFor();
  await page.goto(app.begin());
  await heading(page, 'Sign in').waitFor();
});

// Signs somebody in to the app with OpenID Connect, and gives the ID token.
async function idTokenOf(somebody) {
  await page.goto(app.begin({ scope: 'openid' }));
  await signIn(page, somebody);
  await button(page, 'Allow').click();
  return (await app.redeem((await app.answer(page)).get('code'))).id_token;
}

test('an app signs a person out and has them back', async () => {
  await page.goto(app.signOut(await idTokenOf(person)));
  await page.waitForURL(`${app.signedOutUri}?state=out`);
  await page.goto(app.begin());
  await heading(page, 'Sign in').waitFor();
});

test('who is asked, because the app means somebody else, goes back to the app after the form', async () => {
  const other = await idTokenOf(await newPerson());
  await context.clearCookies();
  await signInToConsent(page, app, person);
  await page.goto(app.signOut(other));
  await heading(page, 'Sign out?').waitFor();
  await button(page, 'Sign out').click();
  await page.waitForURL(`${app.signedOutUri}?state=out`);
});

test('a consent form of a session that is over gives nothing away and leads on', async () => {
  await signInToConsent(page, app, person);
  await context.clearCookies();
  await button(page, 'Allow').click();
  await page.waitForFunction(() => document.querySelector('h1')?.innerText !== 'Allow access?');
  assert.equal(new URL(page.url()).origin, stack('URL'));
  assert.deepEqual(app.answers, []);
  await screenshot(page, 'session-over');
  // Whatever the page is, it leads back to the sign-in: by itself, or by a link.
  const on = page.locator('main a.button');
  if (await on.count()) await on.click();
  await signIn(page, person);
  await heading(page, 'Allow access?').waitFor();
  await button(page, 'Allow').click();
  const tokens = await app.redeem((await app.answer(page)).get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
});

test('a session cookie that was not made here counts for nothing', async () => {
  await signInToConsent(page, app, person);
  const cookies = await context.cookies();
  const spoiled = cookies.map((cookie) => {
    const last = cookie.value.endsWith('A') ? 'Q' : 'A';
    return { ...cookie, value: cookie.value.slice(0, 4) + last.repeat(8) + cookie.value.slice(12) };
  });
  await context.clearCookies();
  await context.addCookies(spoiled);
  await page.goto(app.begin());
  await heading(page, 'Sign in').waitFor();
});

test('a sign-in form that comes from nowhere is refused', async () => {
  await page.goto(app.begin());
  await fillIn(page, person);
  await context.clearCookies();
  await button(page, 'Sign in').click();
  await page.waitForLoadState();
  assert.equal(await heading(page, 'Allow access?').count(), 0);
  assert.deepEqual(app.answers, []);
  await page.goto(app.begin());
  await heading(page, 'Sign in').waitFor();
});

test('a form that is sent twice makes one grant, and leads on', async () => {
  await signInToConsent(page, app, person);
  const answers = [];
  await page.route('**/authorize/consent', async (route) => {
    if (!answers.length) answers.push(await route.fetch({ maxRedirects: 0 }));
    await route.continue();
  });
  await button(page, 'Allow').click();
  await heading(page, 'This form was used before').waitFor();
  assert.equal(answers[0].status(), 303);
  assert.deepEqual(app.answers, []);
  // The first code is as good as it was: whoever has it goes on.
  const code = new URL(answers[0].headers().location).searchParams.get('code');
  assert.equal((await app.redeem(code)).status, 200);
  // And whoever only saw the second answer is led on.
  await screenshot(page, 'used-form');
  await page.getByRole('link', { name: 'Continue' }).click();
  await heading(page, 'Allow access?').waitFor();
  await button(page, 'Allow').click();
  const another = (await app.answer(page)).get('code');
  assert.notEqual(another, code);
  assert.equal((await app.redeem(another)).status, 200);
});

test('a double click is one click', async () => {
  await page.goto(app.begin());
  await fillIn(page, person);
  await button(page, 'Sign in').dblclick();
  await heading(page, 'Allow access?').waitFor();
  await button(page, 'Allow').dblclick();
  const codes = new Set([(await app.answer(page)).get('code')]);
  for (const answer of app.answers) codes.add(answer.get('code'));
  assert.equal(codes.size, 1);
  const tokens = await app.redeem([...codes][0]);
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
});

test('the back button leads from the app to a page that still works', async () => {
  await signInToConsent(page, app, person);
  await button(page, 'Allow').click();
  const first = (await app.answer(page)).get('code');
  await page.goBack();
  await heading(page, 'Allow access?').waitFor();
  await button(page, 'Allow').click();
  const second = (await app.answer(page)).get('code');
  // The same form again is the same grant; a form that was loaded anew is another one.
  const tokens = await app.redeem(second);
  assert.equal(tokens.status, 200, JSON.stringify({ first, second, tokens }));
});

test('the back button leads from consent to a page that still works', async () => {
  await signInToConsent(page, app, person);
  await page.goBack();
  await page.waitForLoadState();
  if (await heading(page, 'Sign in').count()) await signIn(page, person);
  await heading(page, 'Allow access?').waitFor();
  await button(page, 'Allow').click();
  const tokens = await app.redeem((await app.answer(page)).get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
});

test('the whole way goes with the keyboard alone', async () => {
  const outline = () => page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return { style: outlineStyle, width: parseFloat(outlineWidth) };
  });
  const assertFocusIsSeen = async () => {
    const { style, width } = await outline();
    assert.ok(style !== 'none' && width >= 2, `the focus on ${JSON.stringify(await focused())} is not seen`);
  };
  await page.goto(app.begin());
  await heading(page, 'Sign in').waitFor();
  assert.equal((await focused()).name, 'username');
  await assertFocusIsSeen();
  await page.keyboard.type(person.username);
  await page.keyboard.press('Tab');
  assert.equal((await focused()).name, 'password');
  await assertFocusIsSeen();
  await page.keyboard.type(person.password);
  await page.keyboard.press('Tab');
  assert.deepEqual([(await focused()).localName, (await focused()).type], ['button', 'submit']);
  await assertFocusIsSeen();
  await page.keyboard.press('Enter');
  await heading(page, 'Allow access?').waitFor();
  const stops = [];
  do {
    await page.keyboard.press('Tab');
    stops.push(await focused());
    await assertFocusIsSeen();
  } while (stops.at(-1).value !== 'allow' && stops.length < 5);
  assert.deepEqual([stops.at(-1).name, stops.at(-1).value], ['decision', 'allow'], JSON.stringify(stops));
  await page.keyboard.press('Tab');
  assert.deepEqual([(await focused()).name, (await focused()).value], ['decision', 'deny']);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  const tokens = await app.redeem((await app.answer(page)).get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
});

test('the whole way goes on a phone', async () => {
  await reopen({ viewport: { width: 320, height: 568 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  const assertFits = async (name) => {
    await screenshot(page, `phone-${name}`);
    const { wide, small } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth - innerWidth,
      // 44 CSS pixels for a finger; a smaller font than 16 makes phones zoom into the field.
      small: [...document.querySelectorAll('input:not([type=hidden]), button, main a')]
        .filter((e) => e.getBoundingClientRect().height < 44 || (e.localName === 'input' && parseFloat(getComputedStyle(e).fontSize) < 16))
        .map((e) => e.outerHTML),
    }));
    assert.ok(wide <= 0, `${name} is ${wide} pixels wider than the phone`);
    assert.deepEqual(small, [], name);
  };
  await page.goto(app.begin());
  await fillIn(page, person);
  await assertFits('sign-in');
  await button(page, 'Sign in').tap();
  await heading(page, 'Allow access?').waitFor();
  await assertFits('consent');
  await button(page, 'Allow').tap();
  const tokens = await app.redeem((await app.answer(page)).get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  await page.goto(stack('URL'));
  await assertFits('start');
  await page.goto(new URL('/authorize?client_id=nobody', stack('URL')).href);
  await assertFits('problem');
});

test('the whole way goes without JavaScript', async () => {
  await reopen({ javaScriptEnabled: false });
  await page.goto(app.begin());
  await signIn(page, { ...person, password: 'not the pass phrase' });
  await page.getByRole('alert').waitFor();
  await signIn(page, person);
  await heading(page, 'Allow access?').waitFor();
  await button(page, 'Deny').click();
  assert.equal((await app.answer(page)).get('error'), 'access_denied');
  await page.goto(app.begin());
  await button(page, 'Allow').click();
  const tokens = await app.redeem((await app.answer(page)).get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
});

test('an answer that is asked for in a form is posted to the app without a click', async () => {
  await page.goto(app.begin({ response_mode: 'form_post' }));
  await signIn(page, person);
  await heading(page, 'Allow access?').waitFor();
  await button(page, 'Allow').click();
  const answer = await app.postedAnswer(page);
  assert.deepEqual([...answer.keys()].sort(), ['code', 'iss', 'state']);
  const tokens = await app.redeem(answer.get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  await page.goto(app.begin({ response_mode: 'form_post', prompt: 'none' }));
  assert.match((await app.postedAnswer(page)).get('error'), /_required$/);
});

test('without JavaScript an answer in a form goes with a click, and no other script may run', async () => {
  await reopen({ javaScriptEnabled: false });
  await page.goto(app.begin({ response_mode: 'form_post' }));
  await signIn(page, person);
  const [response] = await Promise.all([page.waitForResponse('**/authorize/consent'), button(page, 'Allow').click()]);
  const policy = response.headers()['content-security-policy'].split('; ');
  const of = (name) => policy.filter((rule) => rule.split(' ')[0] === name);
  assert.deepEqual(of('default-src'), ["default-src 'none'"]);
  assert.match(of('script-src').join(), /^script-src 'sha256-[A-Za-z0-9+/]{43}='$/);
  // The app may redirect on, to anywhere, which browsers would apply `form-action` to (C169).
  assert.deepEqual(of('form-action'), []);
  await heading(page, 'Back to the app').waitFor();
  assert.deepEqual(app.answers, []);
  await button(page, 'Continue').click();
  const tokens = await app.redeem((await app.postedAnswer(page)).get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
});

test('a request that cannot be trusted ends on a page and goes nowhere', async () => {
  for (const spoiled of [{ client_id: 'nobody' }, { redirect_uri: `${app.redirectUri}/elsewhere` }]) {
    const response = await page.goto(app.begin(spoiled));
    assert.equal(response.status(), 400);
    assert.equal(new URL(page.url()).pathname, '/authorize');
    assert.ok((await page.locator('h1').innerText()).length > 3);
  }
  assert.deepEqual(app.answers, []);
});

test('no other site can put a page into a frame', async () => {
  await page.goto(new URL('/elsewhere', app.redirectUri).href);
  await page.evaluate((urls) => {
    for (const src of urls) document.body.append(Object.assign(document.createElement('iframe'), { src }));
  }, [app.redirectUri, app.begin()]);
  const [control, framed] = page.frames().slice(1);
  await heading(control, 'Back at the app').waitFor();
  await framed.waitForLoadState();
  assert.equal(await framed.locator('form').count(), 0, await framed.content());
  const [blocked, ...more] = faults.splice(0);
  assert.match(blocked, /frame-ancestors 'none'/);
  assert.deepEqual(more, []);
});
