// Makes the keys of both peers, once for a run: RSA of 2048 bits and P-256, as Jeton's are.
//
//     node keys.mjs > keys.json
import { generateKeyPairSync } from 'node:crypto';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const decryption = generateKeyPairSync('rsa', { modulusLength: 2048 });

function jwk(pair, kid, alg) {
  return { ...pair.privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

// The form in which OpenAuth keeps its keys in its store.
function stored(pair, id, alg) {
  return {
    id,
    alg,
    created: Date.now(),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

console.log(JSON.stringify({
  jwks: { keys: [jwk(rsa, 'rsa-1', 'RS256'), jwk(ec, 'ec-1', 'ES256')] },
  openauth: { signing: stored(ec, 'ec-1', 'ES256'), encryption: stored(decryption, 'enc-1', 'RSA-OAEP-512') },
}));
