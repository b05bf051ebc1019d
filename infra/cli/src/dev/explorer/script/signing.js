// JWTs that the page signs: DPoP proofs with the app's key, and what a platform or an identity provider signs with its own.
const KINDS = { EC: { alg: 'ES256', make: { name: 'ECDSA', namedCurve: 'P-256' } }, OKP: { alg: 'EdDSA', make: { name: 'Ed25519' } } };

// A key pair as a JWK, whose `d` is the private part.
async function newKey(kind) {
  const { privateKey } = await crypto.subtle.generateKey(KINDS[kind].make, true, ['sign', 'verify']);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', privateKey);
  return { kty, crv, x, y, d };
}

// Without its private part. JSON leaves out what is undefined.
const publicPart = ({ kty, crv, x, y }) => ({ kty, crv, x, y });

// RFC 7638: the hash of the required members, in the order of their names.
const thumbprint = ({ crv, kty, x, y }) => hashed(JSON.stringify({ crv, kty, x, y }));

// What a claim can be when it is signed, and not before.
const MOMENTS = {
  now: () => Math.floor(Date.now() / 1000),
  in_5_minutes: () => MOMENTS.now() + 300,
  tomorrow: () => MOMENTS.now() + 86_400,
  random: () => random(12),
  hash_of_access_token: (values) => hashed(values.access_token),
};

async function claimsOf(work, values) {
  const claims = {};
  for (const [name, template] of work.claims) {
    const moment = MOMENTS[template.match(/^\{(\w+)\}$/)?.[1]];
    claims[name] = moment ? await moment(values) : fill(template, values);
  }
  if (work.proof && values.dpop_nonce) claims.nonce = values.dpop_nonce;
  return claims;
}

const encoded = (document) => base64url(new TextEncoder().encode(JSON.stringify(document)));

async function sign(work, values) {
  const honest = work.proof ? values.dpop_key : work.key;
  const key = work.own ? honest : await newKey(work.proof ? 'EC' : 'OKP');
  const { alg, make: kind } = KINDS[key.kty];
  const header = work.proof ? { typ: 'dpop+jwt', alg, jwk: publicPart(key) } : { typ: work.typ, alg, kid: work.kid };
  const text = `${encoded(header)}.${encoded(await claimsOf(work, values))}`;
  const imported = await crypto.subtle.importKey('jwk', key, kind, false, ['sign']);
  const { use } = ALGORITHMS[alg];
  const signature = await crypto.subtle.sign(use, imported, new TextEncoder().encode(text));
  return `${text}.${base64url(new Uint8Array(signature))}`;
}

// The placeholders that must be filled before the page can sign.
function neededToSign(work) {
  const names = work.claims.flatMap(([, template]) => [...template.matchAll(PLACEHOLDER)].map(([, name]) => name));
  const known = names.filter((name) => !(name in MOMENTS));
  if (names.includes('hash_of_access_token')) known.push('access_token');
  if (work.proof && work.own) known.push('dpop_key');
  return known.map((name) => `{${name}}`);
}
