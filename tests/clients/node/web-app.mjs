// A web app, and a person who uses it with a browser: what the app's own cookies and redirects need.
import { once } from 'node:events';
import { createServer } from 'node:http';

import { Person } from './person.mjs';
import { jeton, stack } from './stack.mjs';

// Serves an app that is made when its own address is known.
export async function serve(make) {
  const server = createServer((request, response) => server.handler(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  server.handler = make(url);
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url, stop };
}

// Registers an app with a secret, which signs people in.
export const registerWebApp = (name, redirectUri, ...more) =>
  jeton('client', 'create', '--name', name, '--grant', 'authorization_code', '--grant', 'refresh_token',
    '--redirect-uri', redirectUri, ...more);

// The stack's person at an app. `ask` answers the requests to the app; those to the stack go there.
export class Visitor {
  #cookies = new Map();
  #person = new Person(stack('USERNAME'), stack('PASSWORD'));

  constructor(ask = fetch) {
    this.ask = ask;
  }

  // Sends a request, and follows what comes through sign-in and consent until the app answers.
  async visit(url, init = {}) {
    let request = new Request(url, { ...init, redirect: 'manual' });
    for (let steps = 0; steps < 10; steps += 1) {
      const response = await this.#send(request);
      if (response.status < 300 || response.status > 399) return response;
      request = await this.follow(new URL(response.headers.get('location'), request.url));
    }
    throw new Error(`the app does not answer, the last step was ${request.url}`);
  }

  // The request that a redirect leads to, at the app.
  async follow(target) {
    const next = target.origin === stack('URL') ? await this.#person.answer(target.href) : target;
    return new Request(next, { redirect: 'manual' });
  }

  async #send(request) {
    if (this.#cookies.size > 0) request.headers.set('cookie', [...this.#cookies].map((pair) => pair.join('=')).join('; '));
    const response = await this.ask(request);
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (/;\s*max-age=0/i.test(line) || value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}
