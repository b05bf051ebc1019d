const { ISSUER, CLIENT_ID, CLIENT_SECRET, AUTH_SECRET } = process.env;

export const config = {
  secret: AUTH_SECRET,
  trustHost: true,
  providers: [
    { id: 'jeton', name: 'Jeton', type: 'oidc', issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
  ],
};
