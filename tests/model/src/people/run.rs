//! The model: the steps that are possible in a state, and the state after each.

use std::sync::Arc;

use stateright::{Model, Property};

use crate::people::bounds::{Bounds, Request};
use crate::people::flow::{self, Next};
use crate::people::state::{Answer, Browser, Cookie, Handed, History, Origin, Page, Process, Seen, State};
use crate::people::store::{self, Op};
use crate::people::twin::Twin;
use crate::people::world::{World, person, who_is};
use crate::people::{issuing, properties, watch};

/// The rules, the world and the bounds of a run.
#[derive(Clone, Debug)]
pub(crate) struct Everybody {
    pub(crate) world: Arc<World>,
    pub(crate) twin: Twin,
    pub(crate) bounds: Bounds,
}

/// One step of the model. Each agent has one process at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The agent sends its next request.
    Asks(u8, Request),
    /// A step is performed, and the process learns its outcome. After the last step of a phase it decides, and may
    /// answer.
    Does(u8, Op),
    /// A write is performed, its answer is lost, and it will be repeated.
    DoesUnheard(u8, Op),
    /// The process dies, or gives up: its agent gets no answer.
    Dies(u8),
    Later,
}

impl Model for Everybody {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut state = self.beginning();
        for (place, request) in self.bounds.before.iter().enumerate() {
            let agent = u8::try_from(place).unwrap() + 100;
            self.ask(&mut state, agent, (agent, *request));
            while let Some(op) = state.processes.first().and_then(|process| process.left.first().copied()) {
                self.go(&mut state, agent, op);
            }
        }
        state.said = None;
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        // States after a fault are not explored.
        if state.history.faults != 0 {
            return;
        }
        for process in &state.processes {
            for op in &process.left {
                actions.push(Action::Does(process.agent, *op));
                if op.writes() && state.repeats < self.bounds.repeats {
                    actions.push(Action::DoesUnheard(process.agent, *op));
                }
            }
            if state.deaths < self.bounds.deaths {
                actions.push(Action::Dies(process.agent));
            }
        }
        for (agent, requests) in (0_u8..).zip(&self.bounds.agents) {
            let request = requests.get(usize::from(state.sent[usize::from(agent)]));
            let idle = state.processes.iter().all(|process| process.agent != agent);
            actions
                .extend(request.filter(|request| idle && can_ask(state, **request)).map(|r| Action::Asks(agent, *r)));
        }
        if self.bounds.passes && !state.later {
            actions.push(Action::Later);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = State { said: None, ..last.clone() };
        match action {
            Action::Asks(agent, request) => {
                let sent = &mut next.sent[usize::from(agent)];
                *sent += 1;
                let number = agent * 8 + *sent;
                self.ask(&mut next, agent, (number, request));
            }
            Action::Does(agent, op) => self.go(&mut next, agent, op),
            Action::DoesUnheard(agent, op) => {
                next.repeats += 1;
                let place = next.processes.iter().position(|process| process.agent == agent)?;
                let mut process = next.processes[place].clone();
                store::make(self, &mut next, &mut process, op);
                next.processes[place] = process;
            }
            Action::Dies(agent) => {
                next.deaths += 1;
                let place = next.processes.iter().position(|process| process.agent == agent)?;
                next.processes.remove(place);
            }
            Action::Later => next.later = true,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

/// Returns whether the agent has everything that the request needs.
fn can_ask(state: &State, request: Request) -> bool {
    let browser = |browser: u8| &state.browsers[usize::from(browser)];
    match request {
        Request::Authorize(one) | Request::SignOut(one) | Request::Steal(one) | Request::ChangePassword(one, ..) => {
            browser(one).cookie.is_some()
        }
        Request::Allow(one) => browser(one).cookie.is_some() && browser(one).page.is_some(),
        Request::Redeem(one) => browser(one).code.is_some(),
        Request::Refresh(one) => browser(one).refresh.is_some(),
        Request::SignIn(..)
        | Request::Register(_)
        | Request::Disable(_)
        | Request::Enable(_)
        | Request::SetPassword(..)
        | Request::SetClaims(..)
        | Request::Delete(_)
        | Request::Create(..)
        | Request::Rename(..) => true,
    }
}

/// The browser that a request comes from, or through.
const fn browser_of(request: Request) -> Option<u8> {
    match request {
        Request::SignIn(browser, ..)
        | Request::Authorize(browser)
        | Request::Allow(browser)
        | Request::SignOut(browser)
        | Request::ChangePassword(browser, ..)
        | Request::Redeem(browser)
        | Request::Refresh(browser) => Some(browser),
        Request::Steal(_)
        | Request::Register(_)
        | Request::Disable(_)
        | Request::Enable(_)
        | Request::SetPassword(..)
        | Request::SetClaims(..)
        | Request::Delete(_)
        | Request::Create(..)
        | Request::Rename(..) => None,
    }
}

impl Everybody {
    /// A broken twin within these bounds, or the shipped rules.
    pub(crate) fn new(twin: Twin, bounds: Bounds) -> Self {
        Self { world: Arc::new(World::new(bounds.offline, bounds.trusted)), twin, bounds }
    }

    fn beginning(&self) -> State {
        let first = person(0, 0, self.twin);
        State {
            names: [Some(first.0.key), None],
            people: vec![first],
            sessions: Vec::new(),
            grants: Vec::new(),
            registration: 0,
            browsers: [const { Browser { cookie: None, page: None, code: None, refresh: None } }; 3],
            sent: vec![0; self.bounds.agents.len()],
            processes: Vec::new(),
            deaths: 0,
            repeats: 0,
            later: false,
            said: None,
            history: History { password: [0, 1], ..History::default() },
        }
    }

    fn ask(&self, state: &mut State, agent: u8, (number, request): (u8, Request)) {
        if let Request::Steal(from) = request {
            state.browsers[2].cookie = state.browser(from).cookie;
        }
        if let Request::Register(registration) = request {
            state.registration = registration;
        }
        let with = browser_of(request).map(|browser| state.browser(browser).clone()).unwrap_or_default();
        let seen = Seen { registration: state.registration, ..Seen::default() };
        let certain = state.history.certain;
        let mut process = Process { agent, request, number, phase: 0, left: Vec::new(), with, seen, certain };
        let next = flow::next(self, &mut process, state.now());
        self.go_on(state, process, next);
    }

    /// Performs a step of a process, and lets it decide after the last step of its phase.
    fn go(&self, state: &mut State, agent: u8, op: Op) {
        let place = state.processes.iter().position(|process| process.agent == agent).unwrap();
        let mut process = state.processes.remove(place);
        store::make(self, state, &mut process, op);
        process.left.retain(|left| *left != op);
        if process.left.is_empty() {
            let next = flow::next(self, &mut process, state.now());
            self.go_on(state, process, next);
        } else {
            put(state, process);
        }
    }

    fn go_on(&self, state: &mut State, process: Process, next: Next) {
        match next {
            Next::Do(phase, left) => put(state, Process { phase, left, ..process }),
            Next::Answer(said) => {
                watch::answered(self, state, &process, said);
                self.hear(state, &process, said);
                state.said = Some((process.request, said));
            }
        }
    }

    /// Delivers the answer of a process to the browser or the app.
    fn hear(&self, state: &mut State, process: &Process, said: Answer) {
        let Some(browser) = browser_of(process.request) else { return };
        let (seen, cookie) = (&process.seen, process.with.cookie);
        match said {
            Answer::SignedIn | Answer::SignedInAgain => {
                let cookie = self.cookie(state, process, browser);
                state.browser(browser).cookie = Some(cookie);
            }
            Answer::Page | Answer::PageAgain => {
                let session = cookie.unwrap().session;
                let page = Page { session, registration: seen.registration, nonce: process.number };
                state.browser(browser).page = Some(page);
            }
            Answer::Code => {
                let Cookie { person, session, origin, .. } = cookie.unwrap();
                let secret = issuing::secret(process);
                state.browser(browser).code = Some(Handed { secret, generation: 0, person, session, origin });
            }
            Answer::Tokens => {
                let handed = flow::handed(process);
                let generation = handed.generation + 1;
                state.browser(browser).refresh = Some(Handed { generation, ..handed });
            }
            Answer::SignedOut => state.browser(browser).cookie = None,
            // Of the requests with a browser, only a change of password is answered like a command.
            Answer::Done => {
                let certain = &mut state.history.certain;
                certain.sign_ins[usize::from(browser)] += 1;
                let number = certain.sign_ins[usize::from(browser)];
                let cookie = cookie.unwrap();
                let origin = Origin { epoch: seen.looked_at, number, ..cookie.origin };
                state.browser(browser).cookie = Some(Cookie { secret: [process.number; 16], origin, ..cookie });
            }
            Answer::WrongPassword
            | Answer::SignInOver
            | Answer::NobodySignedIn
            | Answer::BeginAgain
            | Answer::FormUsed
            | Answer::Refused(_)
            | Answer::NothingDone => {}
        }
    }

    fn cookie(&self, state: &mut State, process: &Process, browser: u8) -> Cookie {
        let (made, ..) = flow::made(self, process, state.now());
        let certain = &mut state.history.certain;
        certain.sign_ins[usize::from(browser)] += 1;
        let origin = Origin {
            who: who_is(&made.user().subject),
            epoch: process.seen.epoch,
            browser,
            sign_outs: certain.sign_outs[usize::from(browser)],
            number: certain.sign_ins[usize::from(browser)],
        };
        Cookie { person: made.user().key, session: made.session().id, secret: [process.number; 16], origin }
    }
}

fn put(state: &mut State, process: Process) {
    state.processes.push(process);
    state.processes.sort_by_key(|process| process.agent);
}
