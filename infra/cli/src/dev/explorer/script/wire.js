// Requests to this server, and what it answers.
function addressOf(request, values) {
  const url = new URL(request.path, location.origin);
  for (const [name, value] of request.query) url.searchParams.append(name, fill(value, values));
  return url;
}

function headersOf(request, values) {
  const headers = {};
  const { basic, bearer, dpop, proof } = request.authorization ?? {};
  if (basic) headers.Authorization = `Basic ${btoa(basic.join(':'))}`;
  if (bearer) headers.Authorization = `Bearer ${values[bearer]}`;
  if (dpop) headers.Authorization = `DPoP ${values[dpop]}`;
  if (proof) headers.DPoP = values[proof];
  return headers;
}

async function send(request, values) {
  const form = new URLSearchParams(request.form.map(([name, value]) => [name, fill(value, values)]));
  const response = await fetch(addressOf(request, values), {
    method: request.method,
    headers: headersOf(request, values),
    body: request.method === 'POST' ? form : undefined,
    cache: 'no-store',
    // Only pages use cookies. Without them no browser asks for a password when a client is refused.
    credentials: request.method === 'POST' ? 'omit' : 'same-origin',
  });
  // The next proof contains the newest nonce (RFC 9449 §8).
  const nonce = response.headers.get('dpop-nonce');
  if (nonce) values.dpop_nonce = nonce;
  return { response, text: await response.text() };
}

const SHOWN_HEADERS = ['content-type', 'cache-control', 'www-authenticate', 'dpop-nonce', 'retry-after'];

// The answer as it came. Browsers hide the status of a redirect and show where it led.
function onTheWire({ response, text }) {
  if (response.redirected) return `Redirect to\n${response.url}`;
  const headers = SHOWN_HEADERS.filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`);
  return [`HTTP/1.1 ${response.status} ${response.statusText}`, ...headers, '', readable(response, text)].join('\n').trim();
}

function readable(response, text) {
  if (isJson(response)) return JSON.stringify(JSON.parse(text), null, 2);
  if (!isHtml(response)) return text;
  const { title, words } = pageOf(text);
  return `(a page: ${title})\n${words}`;
}

const isOf = (response, type) => (response.headers.get('content-type') ?? '').startsWith(type);
const isJson = (response) => isOf(response, 'application/json');
const isHtml = (response) => isOf(response, 'text/html');

// The heading and the text of a page. The parser runs and loads nothing.
function pageOf(text) {
  const page = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
  const title = page.querySelector('h1').textContent.trim();
  const words = [...page.querySelectorAll('p')].map((part) => part.textContent.replace(/\s+/g, ' ').trim());
  return { title, words: words.join('\n') };
}

// The `error` and the `error_description` of an answer, word for word, wherever the standard puts them.
function refusalOf({ response, text }) {
  if (response.redirected) {
    const query = new URL(response.url).searchParams;
    if (query.has('error')) return { error: query.get('error'), description: query.get('error_description') ?? '' };
  }
  if (isJson(response)) {
    const { error, error_description: description } = JSON.parse(text);
    if (error) return { error, description: description ?? '' };
  }
  const challenge = response.headers.get('www-authenticate') ?? '';
  const member = (name) => challenge.match(new RegExp(`${name}="([^"]*)"`))?.[1];
  if (member('error')) return { error: member('error'), description: member('error_description') ?? '' };
  if (isHtml(response) && response.status >= 400) return { error: '', description: pageOf(text).title };
  return null;
}
