import { createRoot } from 'react-dom/client';
import { AuthProvider, useAuth } from 'react-oidc-context';

const settings = {
  authority: process.env.ISSUER,
  client_id: process.env.CLIENT_ID,
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: location.origin,
  scope: 'openid profile read',
  // The code leaves the address as soon as it is redeemed.
  onSigninCallback: () => history.replaceState({}, '', '/'),
};

function Page() {
  const auth = useAuth();
  if (auth.isLoading) return <p>One moment…</p>;
  if (auth.error) return <p role="alert">{auth.error.message}</p>;
  if (!auth.isAuthenticated) return <button onClick={() => auth.signinRedirect()}>Sign in</button>;
  return (
    <>
      <p>Hello, {auth.user.profile.name}</p>
      <button onClick={() => auth.signoutRedirect()}>Sign out</button>
    </>
  );
}

createRoot(document.getElementById('root')).render(<AuthProvider {...settings}><Page /></AuthProvider>);
