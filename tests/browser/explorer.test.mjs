// The flow explorer: every flow walked to its end by keyboard alone, and every attack, with the server's true answer.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { button, faultsOf, heading, launch, newPage, screenshot, signIn, stack } from './browser.mjs';

const run = promisify(execFile);
// Attacks that are tried before a step. All others come after the last step.
const BEFORE = { revocation: { 'other-client': 'revoke' } };
// The title of the page after a person has allowed the access of a device.
const CONNECTED = 'Your device is connected';
const FLOWS = [
  'authorization-code',
  'client-credentials',
  'workload-identity',
  'device',
  'refresh',
  'openid-connect',
  'pushed-requests',
  'dpop',
  'introspection',
  'revocation',
  'token-exchange',
  'identity-assertion',
  'identity-assertion-for-others',
  'sign-out',
  'implicit',
  'password',
];

let browser;
let demo;

before(async () => {
  browser = await launch();
  const { page, close } = await newPage(browser);
  await page.goto(stack('URL'));
  const [username, password] = await page.locator('p', { hasText: 'with the password' }).locator('code').allInnerTexts();
  demo = { username, password };
  await close();
});
after(() => browser?.close());

const at = (path) => `${stack('URL')}/explorer${path}`;

// A page, and the requests that left it. None may lead to another origin.
async function open(options) {
  const opened = await newPage(browser, options);
  const strangers = [];
  opened.page.context().on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(stack('URL')).origin) strangers.push(request.url());
  });
  const close = async () => {
    await opened.close();
    assert.deepEqual(strangers, [], 'a request left the origin of the server');
  };
  return { ...opened, close };
}

const focused = (page) =>
  page.evaluate(() => {
    const { localName, id, dataset, name, value } = document.activeElement;
    return { localName, id, name, value, data: { ...dataset } };
  });

// Presses Tab until the focus is where it is wanted.
async function tabTo(page, isWanted, what) {
  for (let presses = 0; presses < 120; presses += 1) {
    if (isWanted(await focused(page))) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach ${what}`);
}

async function press(page, attribute, value) {
  await tabTo(page, ({ data }) => data[attribute] === value, `${attribute} ${value}`);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, 'none', `the focus on ${attribute} ${value} is not seen`);
  await page.keyboard.press('Enter');
}

// Types into the sign-in page if it comes, and allows the access, all with the keyboard, until a page has this title.
async function answer(page, question, end) {
  await page.waitForLoadState();
  for (;;) {
    const title = await page.locator('h1').innerText();
    if (title === end) break;
    if (title === 'Sign in') {
      await page.keyboard.type(demo.username);
      await page.keyboard.press('Tab');
      await page.keyboard.type(demo.password);
      await page.keyboard.press('Enter');
    } else {
      assert.equal(title, question);
      await tabTo(page, ({ value }) => value === 'allow', 'Allow');
      await page.keyboard.press('Enter');
    }
    await page.waitForFunction((before) => document.querySelector('h1')?.innerText !== before, title);
  }
}

async function comeBack(page) {
  await answer(page, 'Allow access?', 'Back at the app');
  assert.deepEqual(await faultsOf(page), [], 'the redirect URI');
  await tabTo(page, ({ data }) => 'onward' in data, 'Go on');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/explorer\/[a-z-]+$/);
}

// The request that a step shows: its headers, and the parameters in its body.
async function shownRequest(page, id) {
  const wire = await page.locator(`[data-step="${id}"] pre`).first().innerText();
  const [head, body = ''] = wire.split('\n\n');
  return { head, form: [...new URLSearchParams(body.replaceAll('\n  &', '&'))] };
}

const lit = (page) => page.locator('[aria-current="step"]');

// Runs one step, and waits until the next one is lit.
async function step(page, id, index, count) {
  const isLit = await lit(page).evaluateAll((parts) => parts.map((part) => part.dataset.lights));
  assert.deepEqual(isLit, [id], 'the current step is lit, and no other');
  const work = JSON.parse(await page.locator(`[data-step="${id}"]`).getAttribute('data-work'));
  if (work.kind === 'enter') {
    await tabTo(page, (on) => on.id === 'app-username', 'the field for the username');
    await page.keyboard.type(demo.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(demo.password);
  }
  const shown = work.kind === 'send' ? await shownRequest(page, id) : null;
  const opened = work.kind === 'open' ? page.context().waitForEvent('page') : null;
  const sent = work.kind === 'send' ? page.waitForRequest(new URL(work.request.path, stack('URL')).href) : null;
  await press(page, 'run', id);
  if (sent) {
    const request = await sent;
    assert.deepEqual([...new URLSearchParams(request.postData() ?? '')], shown.form, `${id}: what is shown is what is sent`);
    const { authorization = '', dpop } = await request.allHeaders();
    if (!authorization.startsWith('Basic ')) assert.ok(shown.head.includes(authorization), `${id}: ${authorization}`);
    assert.equal(shown.head.match(/^DPoP: (.*)$/m)?.[1], dpop, `${id}: the proof`);
  }
  if (opened) {
    const other = await opened;
    await answer(other, 'Allow access for a device?', CONNECTED);
    await other.close();
  }
  if (work.kind === 'visit') await comeBack(page);
  await page.locator('[data-progress]', { hasText: `${index + 1} of ${count} steps done.` }).waitFor();
}

// What the server answered to the requests of an attack, as the network saw it.
function record(page) {
  const answers = [];
  const listener = (response) => answers.push(response);
  page.on('response', listener);
  return {
    // The error of each answer, wherever the standard puts it, and the text of pages and of the rest.
    async end() {
      page.off('response', listener);
      const told = [];
      for (const response of answers) {
        if (response.url().includes('/.well-known/jwks.json') || response.url().includes('/explorer/callback')) continue;
        const location = response.headers().location;
        if (location) {
          const query = new URL(location, stack('URL')).searchParams;
          told.push({ error: query.get('error'), description: query.get('error_description') ?? '' });
          continue;
        }
        const text = await response.text();
        const isJson = (response.headers()['content-type'] ?? '').includes('json');
        const body = isJson ? JSON.parse(text) : {};
        told.push({ status: response.status(), error: body.error, description: body.error_description ?? '', active: body.active, text });
      }
      return told;
    },
  };
}

async function attack(page, id) {
  const part = page.locator(`[data-attack="${id}"]`);
  const acts = part.locator('[data-act]');
  const kinds = JSON.parse(await part.getAttribute('data-work')).map(({ kind }) => kind);
  if (kinds[0] === 'back') {
    await press(page, 'try', id);
    await heading(page, 'Back at the app').waitFor();
    assert.match(page.url(), /#.*access_token=/, 'the token stands in the address again');
    await tabTo(page, ({ data }) => 'onward' in data, 'Go on');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/explorer\/implicit$/);
    return;
  }
  const recorded = record(page);
  await press(page, 'try', id);
  await part.locator('[data-outcome]', { hasText: 'Result:' }).waitFor();
  const told = await recorded.end();
  for (const [index, kind] of kinds.entries()) {
    const act = acts.nth(index);
    const expected = await act.getAttribute('data-expects');
    const shown = await act.locator('[data-verdict]').innerText();
    if (kind === 'sign') {
      assert.match(shown, /decoded:/, `${id}: ${shown}`);
      continue;
    }
    if (kind === 'check') {
      assert.match(shown, /The app refuses/, `${id}: ${shown}`);
      assert.ok(shown.includes(expected), `${id}: ${shown}`);
      continue;
    }
    const answer = told.shift();
    assert.ok(answer, `${id}: act ${index + 1} sent nothing`);
    if (answer.error) {
      assert.equal(answer.error, expected, `${id}: ${JSON.stringify(answer)}`);
      assert.equal(await act.locator('[data-error]').innerText(), answer.error);
      assert.equal(await act.locator('[data-description]').innerText(), answer.description);
    } else if (answer.active !== undefined) {
      const active = `active: ${answer.active}`;
      assert.ok(active.startsWith(expected), `${id}: ${active}`);
      assert.ok(shown.replaceAll('"', '').includes(active), shown);
    } else if (expected === '') {
      assert.equal(answer.status, 400, `${id}: ${answer.text}`);
      const title = answer.text.match(/<h1>(.*?)<\/h1>/s)[1].trim();
      assert.equal(await act.locator('[data-description]').innerText(), title);
    } else {
      assert.ok(`${answer.status} ${answer.text}`.includes(expected), `${id}: ${answer.status} ${answer.text}`);
      assert.ok(shown.includes(`${answer.status}`), shown);
    }
  }
  assert.deepEqual(told, [], `${id}: more requests than acts`);
}

const idsOf = (page, name) => page.locator(`[data-${name}]`).evaluateAll((parts, key) => parts.map((part) => part.dataset[key]), name);

for (const flow of FLOWS) {
  describe(flow, () => {
    test('is walked to its end with the keyboard, and every attack gets the answer of the server', async () => {
      const { page, close } = await open();
      await page.goto(at(`/${flow}`));
      assert.deepEqual(await faultsOf(page), [], 'before');
      const steps = await idsOf(page, 'step');
      const attacks = await idsOf(page, 'attack');
      const early = BEFORE[flow] ?? {};
      for (const [index, id] of steps.entries()) {
        for (const [name, before] of Object.entries(early)) if (before === id) await attack(page, name);
        await step(page, id, index, steps.length);
      }
      assert.equal(await lit(page).count(), 0, 'no step is lit at the end');
      assert.equal(await page.locator('[data-refused]').count(), 0, 'every check holds');
      for (const id of attacks.filter((name) => !(name in early))) await attack(page, id);
      assert.deepEqual(await faultsOf(page), [], 'after');
      await screenshot(page, `explorer-${flow}`);
      await close();
    });

    test('fits on a phone, in both colour schemes, and in forced colours', async () => {
      for (const options of [
        { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
        { viewport: { width: 320, height: 568 }, colorScheme: 'light' },
        { viewport: { width: 320, height: 568 }, forcedColors: 'active' },
        { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
      ]) {
        const { page, close } = await open(options);
        await page.goto(at(`/${flow}`));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} pixels wider than ${options.viewport.width}`);
        // Forced colours are the reader's own; axe judges those of the style that they replace.
        const counts = (fault) => !(options.forcedColors && fault.startsWith('color-contrast:'));
        assert.deepEqual((await faultsOf(page)).filter(counts), [], JSON.stringify(options));
        await screenshot(page, `explorer-${flow}-${options.viewport.width}${options.forcedColors ? '-forced' : ''}`);
        await close();
      }
    });
  });
}

test('a device shows its address as a picture for a camera', async () => {
  const { page, close } = await open({ viewport: { width: 320, height: 568 } });
  await page.goto(at('/device'));
  await press(page, 'run', 'start');
  const picture = page.getByRole('img', { name: /^QR code of http.*\/device\?user_code=[A-Z]{4}-[A-Z]{4}$/ });
  const { width, height } = await picture.boundingBox();
  assert.ok(width > 150 && Math.abs(width - height) < 1, `${width} x ${height}`);
  assert.deepEqual(await faultsOf(page), []);
  await close();
});

test('the index leads to every flow, and axe finds nothing', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const { page, close } = await open({ colorScheme, viewport: { width: 320, height: 568 } });
    await page.goto(stack('URL'));
    await page.getByRole('link', { name: 'Open the flow explorer' }).press('Enter');
    await heading(page, 'Flow explorer').waitFor();
    const links = await page.locator('main a').evaluateAll((all) => all.map(({ href }) => href));
    for (const flow of FLOWS) assert.ok(links.includes(at(`/${flow}`)), flow);
    assert.deepEqual(await faultsOf(page), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    await screenshot(page, `explorer-index-${colorScheme}`);
    await close();
  }
});

test('without JavaScript a page reads as an illustrated text', async () => {
  const { page, close } = await open({ javaScriptEnabled: false });
  for (const flow of FLOWS) {
    await page.goto(at(`/${flow}`));
    assert.equal(await page.locator('button:visible').count(), 0);
    assert.ok((await page.locator('.sequence .label:visible').count()) >= 2);
    assert.match(await page.locator('main').innerText(), /Without JavaScript/);
  }
  await page.goto(at('/callback?code=the-code&state=the-state'));
  assert.match(await page.locator('main').innerText(), /the-code/);
  await close();
});

test('at another name of this machine a page leads to the address of the issuer', async () => {
  const { page, close } = await newPage(browser);
  const own = at('/refresh');
  await page.goto(own.replace('127.0.0.1', 'localhost'));
  assert.equal(await page.locator('button:visible').count(), 0);
  await page.locator('[data-elsewhere]').getByRole('link', { name: own }).press('Enter');
  await page.waitForURL(own);
  assert.ok((await page.locator('button:visible').count()) > 3);
  await close();
});

test('the commands work in a terminal', async () => {
  const { page, close } = await open();
  await page.goto(at('/introspection'));
  const command = (id) => page.locator(`[data-step="${id}"] [data-command]`).textContent();
  const paste = async (text) => JSON.parse((await run('/bin/sh', ['-c', `${text} --silent`])).stdout);
  const { access_token: token } = await paste(await command('token'));
  const asked = (await command('introspect')).replace('ACCESS_TOKEN', token);
  assert.equal((await paste(asked)).active, true);
  await page.goto(at('/authorization-code'));
  const made = await run('/bin/sh', ['-c', `${await command('make')}\necho "$verifier $challenge $state"`]);
  assert.match(made.stdout, /^[\w-]{43} [\w-]{43} [\w-]{22}\n$/);
  await close();
});

test('a person who denies the access leaves the flow where it was, with the error of the server', async () => {
  const { page, close } = await open();
  await page.goto(at('/authorization-code'));
  await press(page, 'run', 'make');
  await page.locator('[data-progress]', { hasText: '1 of 5' }).waitFor();
  await press(page, 'run', 'authorize');
  await heading(page, 'Sign in').waitFor();
  await signIn(page, demo);
  await button(page, 'Deny').click();
  await heading(page, 'Back at the app').waitFor();
  await page.getByRole('link', { name: 'Go on' }).click();
  await page.locator('[data-step="authorize"] [data-said]', { hasText: 'access_denied' }).waitFor();
  assert.equal(await lit(page).getAttribute('data-lights'), 'authorize');
  // The same step leads on the second time.
  await press(page, 'run', 'authorize');
  await comeBack(page);
  assert.equal(await lit(page).getAttribute('data-lights'), 'arrive');
  await page.getByRole('button', { name: 'Start again' }).press('Enter');
  assert.equal(await lit(page).getAttribute('data-lights'), 'make');
  await close();
});

test('what an address holds cannot become a command in a terminal', async () => {
  const { page, close } = await open();
  await page.goto(at('/authorization-code'));
  await page.evaluate(() => sessionStorage.setItem('explorer-visit', JSON.stringify({ flow: 'authorization-code', step: 'authorize' })));
  await page.goto(at(`/callback?code=${encodeURIComponent("a';echo caught;'")}&state=s#';echo caught;'`));
  await page.goto(at('/authorization-code'));
  for (const id of ['arrive', 'token']) {
    const text = await page.locator(`[data-step="${id}"] [data-command]`).textContent();
    assert.match(text, /echo/, 'the value is shown');
    const { stdout } = await run('/bin/sh', ['-c', `curl() { for word in "$@"; do echo "word: $word"; done; }\n${text}`]);
    assert.ok(stdout.split('\n').every((line) => line === '' || line.startsWith('word: ')), stdout);
  }
  await close();
});

test('the locks of the outdated grants are open for the client of the explorer only', async () => {
  const metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', stack('URL')))).json();
  assert.deepEqual(metadata.response_types_supported, ['code']);
  assert.ok(!metadata.grant_types_supported.some((name) => ['implicit', 'password'].includes(name)));
  const ask = async (form, headers = {}) => {
    const response = await fetch(new URL('/token', stack('URL')), { method: 'POST', headers, body: new URLSearchParams(form) });
    return (await response.json()).error;
  };
  const form = { grant_type: 'password', ...demo };
  assert.equal(await ask({ ...form, client_id: 'explorer-legacy' }), undefined);
  assert.equal(await ask({ ...form, client_id: 'explorer-app' }), 'unsupported_grant_type');
  assert.equal(await ask({ ...form, client_id: stack('APP_ID') }), 'unsupported_grant_type');
  // Neither can another client that authenticates slip in under the name of the explorer's.
  const basic = Buffer.from(`${stack('WEB_ID')}:${stack('WEB_SECRET')}`).toString('base64');
  assert.equal(await ask({ ...form, client_id: 'explorer-legacy' }, { authorization: `Basic ${basic}` }), 'unsupported_grant_type');
});
