'use strict';
// Draws the package: areas are bytes, colours say what is reached. A node is [name, bytes, reached, below].

const report = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);
const map = byId('map');
const tip = byId('tip');
const LABEL = 17;
const DEEPEST = 3;

const root = node(report.tree, null);
let shown = root;
let wanted = '';

function node([name, bytes, reached, below = []], above) {
  const made = { name, bytes, reached, above, hits: 0, hitBytes: 0 };
  made.below = below.filter((it) => it[1] > 0).map((it) => node(it, made));
  made.path = above && above.above ? `${above.path}/${name}` : above ? name : '';
  return made;
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

function share(part, whole) {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

/** Squarified rows (Bruls, Huizing, van Wijk 2000): `place` is called with each node and its rectangle. */
function squarify(nodes, x, y, width, height, place) {
  let left = nodes.slice();
  let sum = left.reduce((total, it) => total + it.bytes, 0);
  while (left.length > 0 && width > 1 && height > 1) {
    const side = Math.min(width, height);
    const scale = (width * height) / sum;
    let count = 1;
    let row = left[0].bytes;
    while (count < left.length && worst(left, count + 1, row + left[count].bytes, side, scale) <= worst(left, count, row, side, scale)) {
      row += left[count].bytes;
      count += 1;
    }
    const thick = (row * scale) / side;
    let at = 0;
    for (const it of left.slice(0, count)) {
      const long = (it.bytes * scale) / thick;
      if (width >= height) place(it, x, y + at, thick, long);
      else place(it, x + at, y, long, thick);
      at += long;
    }
    if (width >= height) [x, width] = [x + thick, width - thick];
    else [y, height] = [y + thick, height - thick];
    left = left.slice(count);
    sum -= row;
  }
}

function worst(nodes, count, row, side, scale) {
  const area = row * scale;
  const largest = nodes[0].bytes * scale;
  const smallest = nodes[count - 1].bytes * scale;
  return Math.max((side * side * largest) / (area * area), (area * area) / (side * side * smallest));
}

function state(it) {
  if (report.reached_bytes === null || it.reached >= it.bytes) return 'reached';
  return it.reached === 0 ? 'unreached' : 'part';
}

function draw() {
  map.replaceChildren();
  const box = { width: map.clientWidth, height: map.clientHeight };
  const below = shown.below.length ? shown.below : [shown];
  squarify(below, 0, 0, box.width, box.height, (it, ...place) => cell(map, it, place, 1));
  crumbs();
}

function cell(into, it, [x, y, width, height], depth) {
  if (width < 2 || height < 2) return;
  const made = document.createElement('div');
  const marks = [it.below.length ? 'directory' : 'file', state(it)];
  if (wanted) marks.push(it.hits ? (matches(it) ? 'hit' : 'holds') : 'dim');
  made.className = `cell ${marks.join(' ')}`;
  Object.assign(made.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  made.node = it;
  into.append(made);
  if (width < 28 || height < LABEL) return;
  const label = document.createElement('span');
  label.className = 'label';
  label.textContent = `${it.name}${it.below.length ? '/' : ''}  ${size(it.bytes)}`;
  made.append(label);
  if (depth >= DEEPEST || width < 48 || height < LABEL + 24) return;
  squarify(it.below, 2, LABEL, width - 6, height - LABEL - 4, (child, ...place) => cell(made, child, place, depth + 1));
}

function crumbs() {
  const chain = [];
  for (let it = shown; it; it = it.above) chain.unshift(it);
  byId('crumbs').replaceChildren(
    ...chain.flatMap((it, at) => {
      const button = document.createElement('button');
      button.textContent = it.name;
      button.onclick = () => show(it);
      return at ? [' / ', button] : [button];
    }),
    ` · ${size(shown.bytes)}, ${share(shown.bytes, root.bytes)} of the package`,
  );
}

function show(it) {
  shown = it;
  tip.hidden = true;
  draw();
}

function matches(it) {
  return it.path.toLowerCase().includes(wanted);
}

/** Counts the files that match below each node. */
function count(it, found) {
  const is = wanted !== '' && (found || matches(it));
  it.hits = it.below.length ? 0 : Number(is);
  it.hitBytes = it.below.length ? 0 : is ? it.bytes : 0;
  for (const child of it.below) {
    count(child, is);
    it.hits += child.hits;
    it.hitBytes += child.hitBytes;
  }
}

function search() {
  wanted = byId('search').value.trim().toLowerCase();
  count(root, false);
  byId('hits').textContent = wanted ? `${root.hits} file${root.hits === 1 ? '' : 's'}, ${size(root.hitBytes)}` : '';
  draw();
}

function under(event) {
  const found = event.target.closest('.cell');
  return found ? found.node : null;
}

map.addEventListener('click', (event) => {
  const it = under(event);
  if (it && it.below.length) show(it);
});
map.addEventListener('mousemove', (event) => {
  const it = under(event);
  tip.hidden = !it;
  if (!it) return;
  const reached = report.reached_bytes === null ? '' : `, ${share(it.reached, it.bytes)} reached`;
  tip.textContent = `${it.path || it.name}: ${size(it.bytes)}, ${share(it.bytes, root.bytes)}${reached}`;
  tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
});
map.addEventListener('mouseleave', () => {
  tip.hidden = true;
});
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && shown.above) show(shown.above);
});
byId('search').addEventListener('input', search);
addEventListener('resize', draw);

function findings() {
  const rules = new Map();
  for (const it of report.findings) rules.set(it.rule, [...(rules.get(it.rule) || []), it]);
  const MOST = 40;
  byId('findings').replaceChildren(
    ...[...rules].map(([rule, found]) => {
      const made = document.createElement('details');
      const summary = document.createElement('summary');
      const title = document.createElement('b');
      title.textContent = rule;
      const saving = document.createElement('span');
      const bytes = found.reduce((total, it) => total + it.saving_bytes, 0);
      saving.className = 'saving';
      saving.textContent = bytes ? size(bytes) : `${found.length}`;
      summary.append(title, saving);
      const list = document.createElement('ul');
      for (const it of found.slice(0, MOST)) {
        const line = document.createElement('li');
        const place = it.file && it.files.length === 0 ? `${it.file}${it.line ? `:${it.line}` : ''}: ` : '';
        line.textContent = `${place}${it.message}${it.saving_bytes ? `, ${size(it.saving_bytes)}` : ''}`;
        list.append(line);
      }
      if (found.length > MOST) list.append(Object.assign(document.createElement('li'), { textContent: `and ${found.length - MOST} more` }));
      const advice = document.createElement('p');
      advice.textContent = found[0].advice;
      made.append(summary, list, advice);
      return made;
    }),
  );
}

byId('name').textContent = report.name;
byId('summary').textContent =
  `${size(report.bytes)} in ${report.file_count} file${report.file_count === 1 ? '' : 's'}` +
  (report.reached_bytes === null ? '' : `, ${size(report.reached_bytes)} reached by ${report.entry || report.binary?.file || report.name}`) +
  ` · ${report.runtime}`;
findings();
draw();
