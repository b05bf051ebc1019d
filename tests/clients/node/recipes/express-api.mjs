import express from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { ISSUER, AUDIENCE, PORT } = process.env;
const keys = createRemoteJWKSet(new URL(`${ISSUER}/.well-known/jwks.json`));
const expected = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt' };

const requireScope = (scope) => async (request, response, next) => {
  const token = request.get('authorization')?.match(/^Bearer (\S+)$/i)?.[1];
  if (!token) return response.set('WWW-Authenticate', 'Bearer').sendStatus(401);
  try {
    const { payload } = await jwtVerify(token, keys, expected);
    if (payload.scope?.split(' ').includes(scope)) {
      request.token = payload;
      return next();
    }
    return response.set('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${scope}"`).sendStatus(403);
  } catch (error) {
    // The keys could not be fetched: that is no fault of the caller.
    if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) return next(error);
    return response.set('WWW-Authenticate', 'Bearer error="invalid_token"').sendStatus(401);
  }
};

const app = express();
app.get('/orders', requireScope('read'), (request, response) => response.json({ client: request.token.client_id }));
app.listen(PORT, '127.0.0.1');
