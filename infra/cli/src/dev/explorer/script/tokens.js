// Tokens: decoded, and verified with the server's public keys.
const ALGORITHMS = {
  RS256: { use: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } },
  PS256: { use: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 } },
  ES256: { use: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } },
  EdDSA: { use: { name: 'Ed25519' } },
};

function decode(token) {
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  try {
    const [header, payload] = parts.slice(0, 2).map((part) => JSON.parse(new TextDecoder().decode(fromBase64url(part))));
    return { header, payload, signed: parts.slice(0, 2).join('.'), signature: parts[2] };
  } catch {
    return null;
  }
}

async function isSigned(decoded, key) {
  const { use } = ALGORITHMS[key.alg];
  const imported = await crypto.subtle.importKey('jwk', key, use, false, ['verify']);
  return crypto.subtle.verify(use, imported, fromBase64url(decoded.signature), new TextEncoder().encode(decoded.signed));
}

async function publicKeys() {
  const response = await fetch(`${facts.base}/.well-known/jwks.json`);
  return (await response.json()).keys;
}

// The checks of RFC 9068 §4 and OpenID Connect Core §3.1.3.7, each with its outcome, and the key that they used.
async function verify(token, expected) {
  const decoded = decode(token);
  const { header, payload } = decoded;
  const key = (await publicKeys()).find(({ kid }) => kid === header.kid);
  const isOfKey = key !== undefined && header.alg === key.alg && key.alg in ALGORITHMS;
  const audiences = [payload.aud].flat();
  const checks = [
    [isOfKey, `alg is ${header.alg}, and kid names a published key of that algorithm`],
    [isOfKey && (await isSigned(decoded, key)), 'the signature is valid'],
    [payload.iss === facts.issuer, `iss is ${payload.iss}`],
    [audiences.includes(expected.audience), `aud contains ${expected.audience}`],
    [payload.exp > Date.now() / 1000, `exp is in the future: ${new Date(payload.exp * 1000).toLocaleTimeString()}`],
  ];
  if (expected.nonce !== undefined) checks.push([payload.nonce === expected.nonce, `nonce is ${expected.nonce}`]);
  return { checks, key };
}

// The same token with another `sub` and the old signature.
function tampered(token) {
  const { payload, signature } = decode(token);
  const changed = base64url(new TextEncoder().encode(JSON.stringify({ ...payload, sub: 'usr_somebody-else' })));
  return [token.split('.')[0], changed, signature].join('.');
}

function unsigned(token) {
  const { header } = decode(token);
  const none = base64url(new TextEncoder().encode(JSON.stringify({ ...header, alg: 'none' })));
  return [none, token.split('.')[1], ''].join('.');
}

function checkList(checks) {
  const line = ([holds, text]) => element('li', holds ? {} : { 'data-refused': '' }, `${holds ? '✓ yes' : '✗ no'}: ${text}`);
  return element('ul', { class: 'checks' }, ...checks.map(line));
}

function decodedToken(name, token) {
  const decoded = decode(token);
  if (!decoded) return [element('p', {}, `${name} is opaque: only the server can read it.`)];
  const { header, payload } = decoded;
  return [element('p', {}, `${name}, decoded:`), verbatim(`${JSON.stringify(header)}\n${JSON.stringify(payload, null, 2)}`)];
}
