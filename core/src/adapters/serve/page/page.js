'use strict';
// Asks for the server's state each second and shows it. Text goes into the page as text, never as markup.

const EVERY = 1000;
const SVG = 'http://www.w3.org/2000/svg';
const TOKEN = 'headstart-token';
const STATES = ['busy', 'idle', 'frozen', 'stem', 'zygote'];

const at = (id) => document.getElementById(id);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function milliseconds(microseconds) {
  const value = microseconds / 1000;
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}

function bytes(count) {
  return `${(count / 1048576).toFixed(1)} MiB`;
}

function duration(microseconds) {
  const seconds = Math.floor(microseconds / 1e6);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** The processes of a function, each with the version that it is of. */
function workersOf({ versions }) {
  return versions.flatMap(({ version, workers }) => workers.map((worker) => ({ ...worker, version })));
}

function count(workers, ...states) {
  return workers.filter(({ state }) => states.includes(state)).length;
}

function startsOf({ versions }) {
  const starts = new Map();
  for (const { tiers } of versions) {
    for (const [tier, { served, failed }] of Object.entries(tiers)) {
      const sum = starts.get(tier) ?? { served: 0, failed: 0 };
      starts.set(tier, { served: sum.served + served, failed: sum.failed + failed });
    }
  }
  const told = ([tier, { served, failed }]) => `${tier} ${served}${failed > 0 ? ` (${failed} failed)` : ''}`;
  return [...starts].map(told).join(', ');
}

function heldOf({ versions }) {
  const held = versions.map(({ hold }) => hold).filter(({ wanted }) => wanted > 0);
  return held.map(({ wanted, present, failure }) => `${Math.min(present, wanted)} of ${wanted}${failure ? `: ${failure}` : ''}`);
}

function row(shown) {
  const made = element('tr');
  const name = element('th', shown.name);
  name.scope = 'row';
  name.append(element('div', [shown.runtime, ...shown.aliases].join(' · '), 'quiet'));
  const workers = workersOf(shown);
  const latency = shown.latency_us;
  const times = latency ? `${[latency.p50, latency.p90, latency.p99].map(milliseconds).join(' / ')} ms` : '–';
  const cells = [
    count(workers, 'busy'),
    `${count(workers, 'idle')} idle, ${count(workers, 'frozen')} frozen`,
    heldOf(shown).join('; ') || '–',
    startsOf(shown) || '–',
    times,
  ];
  made.append(name, ...cells.map((text) => element('td', String(text))));
  return made;
}

/** A bar for a process: what is its alone, its part of what it shares, what is swapped out. */
function bar({ memory }, most) {
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', '0 0 1000 10');
  picture.setAttribute('preserveAspectRatio', 'none');
  picture.setAttribute('aria-hidden', 'true');
  let from = 0;
  const parts = { private: memory.private, shared: Math.max(0, memory.pss - memory.private), swap: memory.swap };
  for (const [kind, size] of Object.entries(parts)) {
    const part = document.createElementNS(SVG, 'rect');
    const width = (size / most) * 1000;
    for (const [attribute, value] of Object.entries({ x: from, y: 0, width, height: 10, class: kind })) {
      part.setAttribute(attribute, value);
    }
    picture.append(part);
    from += width;
  }
  return picture;
}

function process(worker, most) {
  const made = element('div', undefined, 'process');
  const { name, version, pid, state, tier, memory } = worker;
  const told = memory ? `${bytes(memory.pss)}${memory.swap > 0 ? ` + ${bytes(memory.swap)} swapped` : ''}` : 'gone';
  made.append(element('span', `${name} ${version} · ${state}, ${tier} · ${pid} · ${told}`));
  if (memory) made.append(bar(worker, most));
  return made;
}

function show(state) {
  const { functions, concurrency, uptime_us: uptime, events_waiting: waiting } = state;
  const all = functions.flatMap((shown) => workersOf(shown).map((worker) => ({ ...worker, name: shown.name })));
  const held = all.reduce((sum, { memory }) => sum + (memory ? memory.pss : 0), 0);
  const overview = {
    'Requests running': `${count(all, 'busy')} of ${concurrency.most}`,
    Processes: all.length,
    Memory: bytes(held),
    'Events waiting': waiting,
    'Up for': duration(uptime),
  };
  const pairs = Object.entries(overview).map(([term, value]) => {
    const pair = element('div');
    pair.append(element('dt', term), element('dd', String(value)));
    return pair;
  });
  at('overview').replaceChildren(...pairs);
  at('functions').replaceChildren(...functions.map(row));
  at('none').hidden = functions.length > 0;
  const total = ({ memory }) => (memory ? Math.max(memory.pss, memory.private) + memory.swap : 0);
  const most = Math.max(1, ...all.map(total));
  all.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.pid - b.pid);
  at('memory').replaceChildren(...all.map((worker) => process(worker, most)));
  tell(state.stopping ? 'The server is being stopped.' : `Version ${state.version}, live.`, false);
}

/** Says something only when it is new, so that a screen reader does not say it each second. */
function tell(text, isLost) {
  const status = at('status');
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle('lost', isLost);
}

async function ask() {
  const token = sessionStorage.getItem(TOKEN);
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch('/_headstart/state', { headers, cache: 'no-store' });
  at('access').hidden = answer.status !== 403;
  if (answer.status === 403) return tell('The server asks for its token.', true);
  if (!answer.ok) return tell(`The server answers with ${answer.status}.`, true);
  return show(await answer.json());
}

async function follow() {
  try {
    if (!document.hidden) await ask();
  } catch {
    tell('The server does not answer.', true);
  }
  setTimeout(follow, EVERY);
}

at('access').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, at('token').value);
  ask().catch(() => tell('The server does not answer.', true));
});
follow();
