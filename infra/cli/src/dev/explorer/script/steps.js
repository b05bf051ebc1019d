// The steps of a flow: what each does, and what it shows.
let walk = load(flow);
const steps = [...document.querySelectorAll('[data-step]')].map((part) => ({
  id: part.dataset.step,
  part,
  work: JSON.parse(part.dataset.work),
  title: part.querySelector('h2').textContent,
}));

const isDone = ({ id }) => walk.done.includes(id);
const current = () => steps.find((step) => !isDone(step));
const isRepeatable = ({ work }) => ['make', 'sign', 'visit', 'open', 'enter'].includes(work.kind);
// A step runs when it is its turn. What only begins again may always be repeated.
const mayRun = (step) => step === current() || (isDone(step) && isRepeatable(step));

function beginAgainAt(step) {
  const from = steps.indexOf(step);
  walk.done = walk.done.filter((id) => steps.findIndex((other) => other.id === id) < from);
  for (const later of steps.slice(from)) show(later, '');
}

function show(step, said, ...content) {
  step.part.querySelector('[data-said]').textContent = said;
  step.part.querySelector('[data-result]').replaceChildren(...content);
}

// The address for a camera, as a device shows it.
async function drawn({ user_code: code, verification_uri_complete: address }) {
  const response = await fetch(`${facts.base}/explorer/qr?user_code=${encodeURIComponent(code)}`, { cache: 'no-store' });
  const picture = new DOMParser().parseFromString(await response.text(), 'image/svg+xml').documentElement;
  return [element('p', {}, 'What the device shows:'), document.importNode(picture, true), verbatim(`${code}\n${address}`)];
}

const WORK = {
  async make(step) {
    beginAgainAt(step);
    walk.values = {};
    await make(step.work.names, walk.values);
    show(step, 'Done: the values stand in the steps below.', verbatim(JSON.stringify(walk.values, null, 2)));
    return true;
  },

  async sign(step) {
    beginAgainAt(step);
    const name = step.work.fills;
    walk.values[name] = await sign(step.work, walk.values);
    show(step, 'Signed: it stands in the next step.', ...decodedToken(name, walk.values[name]));
    return true;
  },

  async visit(step) {
    beginAgainAt(step);
    for (const name of RETURNED) delete walk.values[name];
    save(flow, walk);
    keepVisit({ flow, step: step.id });
    location.assign(addressOf(step.work.request, walk.values));
    return false;
  },

  async open(step) {
    window.open(addressOf(step.work.request, walk.values), '_blank', 'noopener');
    show(step, 'The page is open in another window. Come back when you have decided.');
    return true;
  },

  async arrive(step) {
    const { returned_state, state, iss, error, error_description } = walk.values;
    const checks = [[returned_state === state, `state is the one that the app made: ${state}`]];
    if (step.work.checks_issuer) checks.push([iss === facts.issuer, `iss is the server that the app asked: ${facts.issuer}`]);
    if (error) checks.push([false, `the server gave a code; it answered ${error}: ${error_description ?? ''}`]);
    const good = checks.every(([holds]) => holds);
    show(step, good ? 'The app accepts the answer.' : 'The app refuses the answer. Go back to the step before.', checkList(checks));
    return good;
  },

  async send(step) {
    const answer = await send(step.work.request, walk.values);
    const refusal = refusalOf(answer);
    const content = [verbatim(onTheWire(answer))];
    if (!refusal && isJson(answer.response)) {
      const document = JSON.parse(answer.text);
      for (const [member, name] of step.work.keeps) {
        walk.values[name] = document[member];
        if (member !== 'refresh_token') content.push(...decodedToken(member, document[member]));
      }
      if (document.verification_uri_complete) content.push(...(await drawn(document)));
    }
    const said = refusal ? `The server refused: ${refusal.error}.` : `The server answered ${answer.response.status}.`;
    const advice = refusal && !step.work.may_fail ? ' Go back to an earlier step, or start again.' : '';
    show(step, said + advice, ...content);
    return !refusal || step.work.may_fail;
  },

  async verify(step) {
    const { token, audience, nonce } = step.work;
    const { checks, key } = await verify(walk.values[token], { audience, nonce: nonce ? walk.values.nonce : undefined });
    const good = checks.every(([holds]) => holds);
    show(step, good ? 'The token is genuine and fits.' : 'The token is refused.', checkList(checks), ...decodedToken(token, walk.values[token]), element('p', {}, 'The key of the server that fits kid:'), verbatim(JSON.stringify(key, null, 2)));
    return good;
  },

  async enter(step) {
    beginAgainAt(step);
    const [username, password] = ['app-username', 'app-password'].map((id) => document.getElementById(id).value);
    if (!username || !password) {
      show(step, 'Type both.');
      return false;
    }
    Object.assign(walk.values, { username, password });
    show(step, 'The app has them now:', verbatim(JSON.stringify({ username, password }, null, 2)));
    return true;
  },

  async leak(step) {
    const address = location.href;
    history.replaceState(null, '', `${location.pathname}?access_token=${walk.values.access_token}`);
    const response = await fetch(`${facts.base}/explorer/seen`, { referrerPolicy: 'unsafe-url', cache: 'no-store' });
    const seen = await response.json();
    history.replaceState(null, '', address);
    show(step, 'The request carried the token in its Referer:', verbatim(JSON.stringify(seen, null, 2)));
    return true;
  },
};

async function run(step) {
  if (!mayRun(step)) {
    const first = current();
    const why = isDone(step) ? 'This step is done. Start again to repeat it.' : `First do this step: ${first.title}`;
    step.part.querySelector('[data-said]').textContent = why;
    return;
  }
  const done = await WORK[step.work.kind](step);
  if (done && !isDone(step)) walk.done.push(step.id);
  save(flow, walk);
  refresh();
}
