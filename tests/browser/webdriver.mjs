// Browsers of three engines, driven by the commands of W3C WebDriver. Chromium and WebKit come with a driver that speaks
// HTTP. Firefox takes the same commands itself, in its Marionette protocol.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { freePort } from '../clients/node/dev.mjs';

const PATIENCE = 15_000;

// What each engine consists of: the packages of Debian with its programs, and how it is started.
export const ENGINES = [
  {
    name: 'Chromium',
    packages: 'chromium chromium-driver',
    programs: ['/usr/bin/chromium', '/usr/bin/chromedriver'],
    start: startChromium,
  },
  { name: 'Firefox', packages: 'firefox-esr', programs: ['/usr/bin/firefox-esr'], start: startFirefox },
  {
    name: 'WebKit',
    packages: 'webkit2gtk-driver xvfb',
    programs: ['/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb'],
    start: startWebKit,
  },
];

// Why an engine cannot run here, or nothing.
export function missing({ programs, packages }) {
  const absent = programs.filter((program) => !existsSync(program));
  return absent.length > 0 && `${absent.join(' and ')} not found: apt-get install ${packages}`;
}

// Asks until there is an answer. An error counts as none, and is told in the end.
export async function until(what, ask) {
  const deadline = Date.now() + PATIENCE;
  let last = '';
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = '';
    } catch (error) {
      last = `: ${error.message}`;
    }
    await pause(50);
  }
  throw new Error(`waited ${PATIENCE / 1000} s in vain for ${what}${last}`);
}

// ---- The programs ---------------------------------------------------------------------------------------------------

// The processes of one browser, and what they keep on disk.
class Programs {
  home = mkdtempSync(join(tmpdir(), 'jeton-browser-'));
  #running = [];

  start(program, args, env = {}, stdio = ['ignore', 'ignore', 'ignore']) {
    const directories = { HOME: this.home, XDG_CONFIG_HOME: this.home, XDG_CACHE_HOME: this.home, XDG_DATA_HOME: this.home };
    const child = spawn(program, args, { stdio, env: { ...process.env, ...directories, ...env } });
    this.#running.unshift(child);
    return child;
  }

  // Ends the last that was started first.
  async stop() {
    for (const child of this.#running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function startChromium(programs) {
  const port = await freePort();
  programs.start('/usr/bin/chromedriver', [`--port=${port}`]);
  const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return Driver.open(port, { browserName: 'chrome', 'goog:chromeOptions': { binary: '/usr/bin/chromium', args } });
}

async function startFirefox(programs) {
  const profile = join(programs.home, 'profile');
  mkdirSync(profile);
  // Any free port: Firefox writes down which.
  writeFileSync(join(profile, 'user.js'), 'user_pref("marionette.port", 0);\n');
  programs.start('/usr/bin/firefox-esr', ['--headless', '--marionette', '--no-remote', '--profile', profile]);
  const file = join(profile, 'MarionetteActivePort');
  const port = await until('the port of Firefox', () => existsSync(file) && Number(readFileSync(file, 'utf8')));
  return Marionette.open(port);
}

// WebKitGTK has no headless mode, so it gets a display that nobody sees.
async function startWebKit(programs) {
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'];
  const display = programs.start('/usr/bin/Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], {}, stdio);
  const [number] = await once(display.stdio[3], 'data');
  const port = await freePort();
  programs.start('/usr/bin/WebKitWebDriver', [`--port=${port}`], { DISPLAY: `:${`${number}`.trim()}` });
  return Driver.open(port, {});
}

// ---- The two ways to send commands ----------------------------------------------------------------------------------

const COMMANDS = {
  Navigate: () => ['POST', '/url'],
  GetCurrentURL: () => ['GET', '/url'],
  FindElement: () => ['POST', '/element'],
  ElementClick: ({ id }) => ['POST', `/element/${id}/click`],
  ElementClear: ({ id }) => ['POST', `/element/${id}/clear`],
  ElementSendKeys: ({ id }) => ['POST', `/element/${id}/value`],
  ExecuteScript: () => ['POST', '/execute/sync'],
  GetWindowHandle: () => ['GET', '/window'],
  GetWindowHandles: () => ['GET', '/window/handles'],
  SwitchToWindow: () => ['POST', '/window'],
  CloseWindow: () => ['DELETE', '/window'],
  DeleteAllCookies: () => ['DELETE', '/cookie'],
  DeleteSession: () => ['DELETE', ''],
};

class Driver {
  static async open(port, capabilities) {
    const driver = new Driver();
    driver.url = `http://127.0.0.1:${port}/session`;
    await until('the driver', () => fetch(`http://127.0.0.1:${port}/status`));
    const { sessionId } = await driver.#ask(['POST', ''], { capabilities: { alwaysMatch: capabilities } });
    driver.url += `/${sessionId}`;
    return driver;
  }

  send(command, parameters) {
    return this.#ask(COMMANDS[command](parameters), parameters);
  }

  async #ask([method, path], parameters) {
    const body = method === 'POST' ? JSON.stringify(parameters) : undefined;
    const response = await fetch(`${this.url}${path}`, { method, body });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }
}

// A message is `LENGTH:JSON`, and an answer carries the number of its question.
class Marionette {
  #socket;
  #received = Buffer.alloc(0);
  #waiting = new Map();
  #number = 0;

  static async open(port) {
    const marionette = new Marionette();
    marionette.#socket = connect(port, '127.0.0.1').on('data', (bytes) => marionette.#receive(bytes));
    marionette.#socket.on('close', () => marionette.#waiting.forEach(({ reject }) => reject(new Error('Firefox ended'))));
    await once(marionette.#socket, 'connect');
    await marionette.send('NewSession', {});
    return marionette;
  }

  send(command, parameters) {
    this.#number += 1;
    const { promise, ...settle } = withResolvers();
    this.#waiting.set(this.#number, settle);
    const text = JSON.stringify([0, this.#number, `WebDriver:${command}`, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return promise;
  }

  #receive(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const colon = this.#received.indexOf(':');
      const end = colon + 1 + Number(this.#received.subarray(0, colon));
      if (colon < 0 || this.#received.length < end) return;
      const message = JSON.parse(this.#received.subarray(colon + 1, end));
      this.#received = this.#received.subarray(end);
      // All but the greeting are answers.
      if (Array.isArray(message)) this.#settle(message);
    }
  }

  #settle([, number, error, result]) {
    const { resolve, reject } = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error) reject(new Error(`${error.error}: ${error.message}`));
    else resolve(result && 'value' in result ? result.value : result);
  }
}

function withResolvers() {
  const all = {};
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
}

// ---- What tests do with a browser -----------------------------------------------------------------------------------

export class Browser {
  #programs = new Programs();
  #link;

  // A browser with a fresh profile.
  static async start(engine) {
    const browser = new Browser();
    try {
      browser.#link = await engine.start(browser.#programs);
    } catch (error) {
      await browser.#programs.stop();
      throw error;
    }
    return browser;
  }

  async stop() {
    await this.#link.send('DeleteSession', {}).catch(() => {});
    await this.#programs.stop();
  }

  open = (url) => this.#link.send('Navigate', { url });
  url = () => this.#link.send('GetCurrentURL', {});
  run = (script, ...args) => this.#link.send('ExecuteScript', { script, args });
  text = () => this.run('return document.body.innerText');
  window = () => this.#link.send('GetWindowHandle', {});
  windows = () => this.#link.send('GetWindowHandles', {});
  switchTo = (handle) => this.#link.send('SwitchToWindow', { handle });
  closeWindow = () => this.#link.send('CloseWindow', {});

  // The first element that a CSS selector finds, as soon as it is there.
  async #find(selector) {
    const query = { using: 'css selector', value: selector };
    const found = await this.#expect(selector, () => this.#link.send('FindElement', query));
    return Object.values(found)[0];
  }

  async click(selector) {
    await this.#link.send('ElementClick', { id: await this.#find(selector) });
  }

  // Types into a field that is empty. WebKit loses keys while its window has no focus yet: then they are typed again.
  async type(selector, text) {
    const id = await this.#find(selector);
    await until(`${selector} with what was typed`, async () => {
      await this.#link.send('ElementClear', { id });
      await this.#link.send('ElementSendKeys', { id, text });
      return await this.run('return document.querySelector(arguments[0]).value', selector) === text;
    });
  }

  // Waits until a page is loaded whose address begins with this.
  arriveAt(start) {
    return this.#expect(start, async () => {
      const [url, state] = await this.run('return [location.href, document.readyState]');
      return url.startsWith(start) && state === 'complete';
    });
  }

  // Forgets the cookies of a site: WebDriver knows those of the page that is open, so it must be one of the site.
  async forget(site) {
    await this.open(site);
    await this.arriveAt(site);
    await this.#link.send('DeleteAllCookies', {});
  }

  // Waits, and tells the page where it waits in vain.
  async #expect(what, ask) {
    try {
      return await until(what, ask);
    } catch (error) {
      const place = await Promise.all([this.url(), this.text()]).catch(({ message }) => [message]);
      throw new Error(`${error.message}\nThe browser is at ${place.join(':\n')}`, { cause: error });
    }
  }
}
