// A person with a browser, as far as the protocol sees one: follows redirects within the site, keeps cookies by hand
// (they are Secure, which HTTP libraries do not keep for http), fills in the forms.

const unescape = (text) =>
  text
    .replace(/&#x([0-9a-f]+);/gi, (_, digits) => String.fromCodePoint(parseInt(digits, 16)))
    .replace(/&#([0-9]+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]);

const attribute = (tag, name) => {
  const found = tag.match(new RegExp(`\\s${name}=("([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i'));
  return found && unescape(found[2] ?? found[3] ?? found[4]);
};

function readForm(page) {
  const form = page.match(/<form\b[^>]*>[\s\S]*?<\/form>/i)?.[0];
  if (!form) throw new Error(`no form on the page:\n${page}`);
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/gi)) {
    const name = attribute(tag, 'name');
    if (name) fields.set(name, attribute(tag, 'value') ?? '');
  }
  return { action: attribute(form, 'action'), fields };
}

export class Person {
  #cookies = new Map();

  constructor(username, password) {
    this.username = username;
    this.password = password;
  }

  // Opens the authorization request, signs in where asked to and answers the question for consent. Gives the URL
  // that leads back to the app, or the request where the answer is a form (`response_mode=form_post`).
  async answer(authorizationUrl, decision = 'allow') {
    const site = new URL(authorizationUrl).origin;
    let [url, init] = [new URL(authorizationUrl), {}];
    for (let steps = 0; steps < 10; steps += 1) {
      const response = await this.#ask(url, init);
      const location = response.headers.get('location');
      if (location) {
        const target = new URL(location, url);
        if (target.origin !== site) return target;
        [url, init] = [target, {}];
        continue;
      }
      const page = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} at ${url}:\n${page}`);
      const { action, fields } = readForm(page);
      if (new URL(action, url).origin !== site) return new Request(action, { method: 'POST', body: fields });
      if (fields.has('password')) {
        fields.set('username', this.username);
        fields.set('password', this.password);
      } else {
        fields.set('decision', decision);
      }
      [url, init] = [new URL(action, url), { method: 'POST', body: fields }];
    }
    throw new Error(`no way back to the app, the last step was ${url}`);
  }

  // Opens the link of a device, signs in where asked to, and decides. Gives the page after the decision.
  async answerDevice(link, decision = 'allow') {
    let [url, init] = [new URL(link), {}];
    for (let steps = 0; steps < 10; steps += 1) {
      const response = await this.#ask(url, init);
      const location = response.headers.get('location');
      if (location) {
        [url, init] = [new URL(location, url), {}];
        continue;
      }
      const page = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} at ${url}:\n${page}`);
      if (!page.includes('<form')) return page;
      const { action, fields } = readForm(page);
      if (fields.has('password')) {
        fields.set('username', this.username);
        fields.set('password', this.password);
      } else {
        fields.set('decision', decision);
      }
      [url, init] = [new URL(action, url), { method: 'POST', body: fields }];
    }
    throw new Error(`no decision, the last step was ${url}`);
  }

  async #ask(url, init) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      this.#cookies.set(name, value);
    }
    return response;
  }
}
