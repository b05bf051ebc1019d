// Verifies a JWT against a JWKS with Node's own cryptography, apart from the libraries that the servers sign with.
//
//     node verify.mjs < {"token": "...", "jwks": {"keys": [...]}}
//
// Prints {"header": {...}, "claims": {...}}; fails when no key of that kid verifies the signature.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { token, jwks } = JSON.parse(readFileSync(0, 'utf8'));
const [header, claims, signature] = token.split('.');
const read = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());
const { alg, kid } = read(header);
const jwk = jwks.keys.find((key) => key.kid === kid);
if (!jwk) throw new Error(`the JWKS has no key ${kid}`);
if (alg !== 'ES256' && alg !== 'RS256') throw new Error(`${alg} is not one of the algorithms that are compared`);
const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
if (!verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))) {
  throw new Error(`the key ${kid} did not sign this token`);
}
const { modulusLength = null, namedCurve = null } = key.key.asymmetricKeyDetails;
console.log(JSON.stringify({ header: read(header), claims: read(claims), modulusLength, namedCurve }));
