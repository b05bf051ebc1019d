// What goes wrong: each attack is made on this server, and its answer is shown word for word.
const attacks = [...document.querySelectorAll('[data-attack]')].map((part) => ({
  part,
  work: JSON.parse(part.dataset.work),
  acts: [...part.querySelectorAll('[data-act]')],
}));

const verifiedToken = () => steps.find(({ work }) => work.kind === 'verify' && work.nonce)?.work;

const outcome = async (token, expected) => (await verify(token, expected)).checks;

// The checks that an app makes, on values that an attacker forged.
const CHECKS = {
  async state() {
    const forged = random(12);
    return [[forged === walk.values.state, `state is ${walk.values.state}; the answer says ${forged}`]];
  },
  async nonce() {
    const { token, audience } = verifiedToken();
    return outcome(walk.values[token], { audience, nonce: random(12) });
  },
  async signature() {
    const { token, audience } = verifiedToken();
    return outcome(tampered(walk.values[token]), { audience, nonce: walk.values.nonce });
  },
  async unsigned() {
    const { token, audience } = verifiedToken();
    return outcome(unsigned(walk.values[token]), { audience, nonce: walk.values.nonce });
  },
};

const CHECKED = { state: ['state'], nonce: ['id_token', 'nonce'], signature: ['id_token', 'nonce'], unsigned: ['id_token', 'nonce'] };

function needs({ work }) {
  const made = work.map(({ fills }) => fills);
  const names = work.flatMap((act) => {
    if (act.kind === 'check') return CHECKED[act.check].map((name) => `{${name}}`);
    return act.kind === 'sign' ? neededToSign(act) : [JSON.stringify(act.request ?? '{callback_url}')];
  });
  const { bearer, dpop, proof } = Object.assign({}, ...work.map((act) => act.request?.authorization));
  const credentials = [bearer, dpop, proof].filter(Boolean).map((name) => `{${name}}`);
  return missing([...names, ...credentials].join(' '), walk.values).filter((name) => !made.includes(name));
}

const ACTS = {
  async send(act) {
    const answer = await send(act.request, walk.values);
    const refusal = refusalOf(answer);
    const { status, statusText } = answer.response;
    const what = refusal
      ? [element('strong', {}, 'Refused: '), element('code', { 'data-error': '' }, refusal.error || `${status} ${statusText}`), ' ', element('span', { 'data-description': '' }, refusal.description)]
      : [element('strong', {}, 'Answered: '), element('code', { 'data-error': '' }, `${status} ${statusText}`)];
    return { said: refusal ? refusal.error || refusal.description : `${status}`, content: [element('p', {}, ...what), verbatim(onTheWire(answer))] };
  },

  async sign(act) {
    walk.values[act.fills] = await sign(act, walk.values);
    return { said: 'signed', content: decodedToken(act.fills, walk.values[act.fills]) };
  },

  async check(act) {
    const checks = await CHECKS[act.check]();
    const refused = checks.filter(([holds]) => !holds).map(([, text]) => text);
    const what = [element('strong', {}, 'The app refuses: '), element('span', { 'data-description': '' }, refused[0] ?? 'nothing')];
    return { said: 'the app refuses', content: [element('p', {}, ...what), checkList(checks)] };
  },

  async back() {
    history.go(-1);
    return { said: 'back to the address with the token', content: [] };
  },
};

async function attempt(attack) {
  const line = attack.part.querySelector('[data-outcome]');
  const lacking = needs(attack);
  if (lacking.length > 0) {
    line.textContent = `First walk through the steps above: this needs ${[...new Set(lacking)].join(', ')}.`;
    return;
  }
  line.textContent = '';
  const said = [];
  for (const [index, act] of attack.work.entries()) {
    const result = await ACTS[act.kind](act);
    said.push(result.said);
    attack.acts[index].querySelector('[data-verdict]').replaceChildren(element('div', { class: 'verdict' }, ...result.content));
  }
  line.textContent = `Result: ${said.join(', then ')}.`;
}
