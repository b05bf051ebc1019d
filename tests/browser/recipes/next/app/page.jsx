import { auth, signIn, signOut } from '../auth.js';

async function enter() {
  'use server';
  await signIn('jeton');
}

async function leave() {
  'use server';
  await signOut();
}

export default async function Page() {
  const session = await auth();
  if (!session) {
    return (
      <form action={enter}>
        <button>Sign in</button>
      </form>
    );
  }
  return (
    <form action={leave}>
      <p>Hello, {session.user.name} ({session.user.email})</p>
      <button>Sign out</button>
    </form>
  );
}
