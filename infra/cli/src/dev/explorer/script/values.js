// The values of a walk through a flow. They stay in this tab, across the sign-in pages.
const main = document.querySelector('main');
const facts = JSON.parse(main.dataset.facts);
const flow = main.dataset.flow;
// What the browser brings back, and what must not be left over from the time before.
const RETURNED = ['code', 'returned_state', 'iss', 'error', 'error_description', 'callback_url'];

function load(name) {
  return JSON.parse(sessionStorage.getItem(`explorer:${name}`)) ?? { values: {}, done: [] };
}

function save(name, walk) {
  sessionStorage.setItem(`explorer:${name}`, JSON.stringify(walk));
}

// The visit to the server that has not come back yet, or the last one that has.
function visit() {
  return JSON.parse(sessionStorage.getItem('explorer-visit'));
}

function keepVisit(value) {
  sessionStorage.setItem('explorer-visit', JSON.stringify(value));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64url(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function random(bytes) {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

async function hashed(text) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

async function make(names, values) {
  for (const name of names) values[name] = random(name === 'code_verifier' ? 32 : 12);
  if (names.includes('dpop_key')) {
    values.dpop_key = await newKey('EC');
    values.dpop_jkt = await thumbprint(values.dpop_key);
  }
  if (names.includes('code_verifier')) {
    values.code_challenge = await hashed(values.code_verifier);
  }
}

const PLACEHOLDER = /\{([a-z0-9_]+)\}/g;

// Replaces placeholders; one without a value is written in capitals.
function fill(template, values) {
  return template.replace(PLACEHOLDER, (_, name) => values[name] ?? name.toUpperCase());
}

// The same for a command, in which each placeholder is in single quotes: a value cannot end them. Addresses that an
// attacker made would otherwise become commands that a reader pastes into a terminal.
function fillCommand(template, values) {
  return fill(template, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `${value}`.replaceAll("'", "'\\''")])));
}

function missing(text, values) {
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name).filter((name) => values[name] === undefined);
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function verbatim(text) {
  return element('pre', {}, element('code', {}, text));
}
