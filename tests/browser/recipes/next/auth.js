import NextAuth from 'next-auth';

const { ISSUER, CLIENT_ID, CLIENT_SECRET } = process.env;

export const { handlers, auth, signIn, signOut } = NextAuth({
  trustHost: true,
  providers: [
    { id: 'jeton', name: 'Jeton', type: 'oidc', issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
  ],
});
