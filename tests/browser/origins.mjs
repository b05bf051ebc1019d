// An app over three origins: its callback sends the browser to a second one, and that to a third.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const page = (title, script = '') =>
  `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1><script>${script}</script></html>`;

// The page that opens the sign-in in a popup, and the callback that answers to it.
const OPENER = (url) => `<button onclick='popup = open(${JSON.stringify(url)}, "sign-in", "popup")'>Sign in</button>`;
const LISTEN = 'addEventListener("message", ({ data }) => { document.title = data; })';
const TELL = 'opener?.postMessage(location.search, location.origin); document.title = opener ? "told" : "no opener";';

// An app with a secret, so that consent to it is remembered.
export class App {
  answers = [];
  #servers = [];

  // Registers itself at a `Dev`.
  static async start(dev) {
    const app = new App();
    app.issuer = dev.url;
    app.last = await app.#serve('127.0.0.1', (url) => ({ html: page(`The end of ${url.pathname}`) }));
    app.second = await app.#serve('localhost', (url) => ({ location: new URL(url.pathname, app.last) }));
    app.first = await app.#serve('127.0.0.1', (url, answer) => app.#receive(url, answer));
    app.redirectUri = `${app.first}/callback`;
    app.popupUri = `${app.first}/popup`;
    app.signedOutUri = `${app.first}/signed-out`;
    const back = [app.redirectUri, app.popupUri].flatMap((uri) => ['--redirect-uri', uri]);
    const uris = [...back, '--post-logout-redirect-uri', app.signedOutUri];
    const created = ['client', 'create', '--name', 'Three Origins', '--grant', 'authorization_code'];
    const registered = dev.jeton([...created, ...uris]);
    Object.assign(app, { id: registered.client_id, secret: registered.client_secret });
    return app;
  }

  async #serve(host, answer) {
    const server = createServer(async (request, response) => {
      const url = new URL(request.url, `http://${request.headers.host}`);
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += part;
      const { location, html } = answer(url, request.method === 'POST' ? new URLSearchParams(body) : url.searchParams);
      if (location) response.writeHead(303, { location: `${location}` });
      else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(html);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    return `http://${host}:${server.address().port}`;
  }

  #receive(url, answer) {
    const begin = () => this.begin({ redirect_uri: this.popupUri });
    if (url.pathname === '/open') return { html: `${page('Waiting', LISTEN)}${OPENER(begin())}` };
    if (url.pathname === '/favicon.ico') return { html: '' };
    this.answers.push(answer);
    return url.pathname === '/popup' ? { html: page('Signing in', TELL) } : { location: new URL(url.pathname, this.second) };
  }

  async stop() {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }

  // A new authorization request.
  begin(more = {}) {
    this.verifier = randomBytes(32).toString('base64url');
    const url = new URL('/authorize', this.issuer);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: this.id,
      redirect_uri: this.redirectUri,
      scope: 'openid',
      state: 'state-of-the-app',
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    });
    return url.href;
  }

  // Asks to sign a person out, and to have them back.
  signOut(more = {}) {
    const url = new URL('/logout', this.issuer);
    url.search = new URLSearchParams({ client_id: this.id, post_logout_redirect_uri: this.signedOutUri, state: 'out', ...more });
    return url.href;
  }

  // The tokens for the code that came last.
  async redeem(redirectUri = this.redirectUri) {
    const answer = this.answers.at(-1);
    assert.equal(answer?.get('state'), 'state-of-the-app', `${answer}`);
    const proof = { code: answer.get('code'), code_verifier: this.verifier };
    const form = { grant_type: 'authorization_code', redirect_uri: redirectUri, ...proof };
    const authorization = `Basic ${Buffer.from(`${this.id}:${this.secret}`).toString('base64')}`;
    const request = { method: 'POST', body: new URLSearchParams(form), headers: { authorization } };
    const response = await fetch(new URL('/token', this.issuer), request);
    const tokens = await response.json();
    assert.equal(response.status, 200, JSON.stringify(tokens));
    return tokens;
  }
}
