// The page itself: what is lit, filled in and ready, and what the buttons do.
function refresh() {
  for (const part of document.querySelectorAll('[data-template]')) {
    const write = 'command' in part.dataset ? fillCommand : fill;
    part.textContent = write(part.dataset.template, walk.values);
  }
  const now = current();
  for (const lit of document.querySelectorAll('[data-lights]')) {
    const id = lit.dataset.lights;
    lit.toggleAttribute('data-done', walk.done.includes(id));
    if (id === now?.id) lit.setAttribute('aria-current', 'step');
    else lit.removeAttribute('aria-current');
  }
  for (const step of steps) {
    step.part.toggleAttribute('data-current', step === now);
    step.part.querySelector('[data-run]').setAttribute('aria-disabled', `${!mayRun(step)}`);
  }
  for (const attack of attacks) attack.part.querySelector('[data-try]').setAttribute('aria-disabled', `${needs(attack).length > 0}`);
  const next = now ? `Next: ${now.title}` : 'All steps are done. Try what goes wrong, below.';
  document.querySelector('[data-progress]').textContent = `${walk.done.length} of ${steps.length} steps done. ${next}`;
}

// Shows what was brought back by the visit that has just ended, and leads there.
function welcomeBack() {
  const last = visit();
  if (last?.flow !== flow || !last.arrived) return;
  keepVisit({ ...last, arrived: false });
  const step = steps.find(({ id }) => id === last.step);
  const { error, error_description } = walk.values;
  const said = error ? `The server answered ${error}: ${error_description ?? ''}` : 'The browser is back at the app.';
  show(step, said, verbatim(`Location: ${walk.values.callback_url}`));
  const title = (current() ?? step).part.querySelector('h2');
  title.focus();
}

function openFlow() {
  const own = new URL(facts.issuer);
  if (location.origin !== own.origin) {
    const notice = document.querySelector('[data-elsewhere]');
    const href = `${own.origin}${location.pathname}`;
    notice.append('To run the steps, open this page at the address of the issuer: ', element('a', { href }, href));
    notice.hidden = false;
    return;
  }
  for (const part of document.querySelectorAll('[data-needs-script]')) part.hidden = false;
  for (const step of steps) step.part.querySelector('[data-run]').addEventListener('click', () => run(step));
  for (const attack of attacks) attack.part.querySelector('[data-try]').addEventListener('click', () => attempt(attack));
  document.querySelector('[data-reset]').addEventListener('click', () => {
    walk = { values: {}, done: [] };
    save(flow, walk);
    for (const step of steps) show(step, '');
    refresh();
    steps[0].part.querySelector('h2').focus();
  });
  refresh();
  welcomeBack();
}

// At the redirect URI: keeps the answer for the flow that waits for it.
function openCallback() {
  const answer = [...new URLSearchParams(location.search), ...new URLSearchParams(location.hash.slice(1))];
  const list = document.querySelector('[data-answer]');
  list.replaceChildren(...answer.map(([name, value]) =>
    element('div', {}, element('dt', {}, element('code', {}, name)), element('dd', {}, element('code', { class: 'value' }, value)))));
  if (answer.some(([name]) => name === 'access_token')) {
    document.querySelector('[data-note]').textContent = 'The token itself stands in the address: in the history, on the screen, and in reach of every script of this page.';
  }
  const last = visit();
  if (!last) return;
  document.querySelector('[data-onward]').href = `${facts.base}/explorer/${last.flow}`;
  if ('arrived' in last) return;
  const waiting = load(last.flow);
  for (const [name, value] of answer) waiting.values[name === 'state' ? 'returned_state' : name] = value;
  waiting.values.callback_url = location.href;
  if (waiting.values.error === undefined) waiting.done.push(last.step);
  save(last.flow, waiting);
  keepVisit({ ...last, arrived: true });
}

if (main.dataset.page === 'callback') {
  openCallback();
} else {
  openFlow();
}
