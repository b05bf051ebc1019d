import express from 'express';

const { ISSUER, AUDIENCE, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const credentials = [CLIENT_ID, CLIENT_SECRET].map(encodeURIComponent).join(':');
const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;

async function introspect(token) {
  const body = new URLSearchParams({ token });
  const answer = await fetch(`${ISSUER}/introspect`, { method: 'POST', headers: { authorization }, body });
  if (!answer.ok) throw new Error(`introspection: ${answer.status}`);
  return answer.json();
}

const requireScope = (scope) => async (request, response, next) => {
  const token = request.get('authorization')?.match(/^Bearer (\S+)$/i)?.[1];
  if (!token) return response.set('WWW-Authenticate', 'Bearer').sendStatus(401);
  const facts = await introspect(token);
  if (!facts.active || ![facts.aud].flat().includes(AUDIENCE)) {
    return response.set('WWW-Authenticate', 'Bearer error="invalid_token"').sendStatus(401);
  }
  if (!facts.scope?.split(' ').includes(scope)) {
    return response.set('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${scope}"`).sendStatus(403);
  }
  request.token = facts;
  return next();
};

const app = express();
app.get('/orders', requireScope('read'), (request, response) => response.json({ client: request.token.client_id }));
app.listen(PORT, '127.0.0.1');
