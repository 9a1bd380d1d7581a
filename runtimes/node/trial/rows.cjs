'use strict';
// One row for each module that is loaded: whose it is, under which other it was, what it took by itself.

const { performance } = require('perf_hooks');

// Taken before user code runs, which may replace it by a fake clock.
const now = performance.now.bind(performance);

/** Keeps rows for the phases `init` and `first`; `sample` gives the bytes that the process holds. */
class Rows {
  constructor(sample = () => 0) {
    this.sample = sample;
    this.rows = [];
    this.stack = [];
    this.byFile = new Map();
    this.phase = null;
    this.phases = {};
  }

  /** Each phase is entered once. */
  enter(phase) {
    if (phase in this.phases) return;
    this.phase = phase;
    this.phases[phase] = { begun: now(), spent: null };
  }

  leave(phase) {
    if (this.phase !== phase) return;
    this.phases[phase].spent = now() - this.phases[phase].begun;
    this.phase = phase === 'init' ? 'first' : null;
  }

  /** A module begins; `importer` is the file that is known to want it where the stack does not tell. */
  open(file, importer, begun = now()) {
    const around = this.stack.at(-1);
    const row = { file, importer, around, phase: this.phase, failed: false, nested: 0, grown: 0, spent: 0 };
    row.before = this.sample();
    row.begun = begun;
    if (this.phase !== null) {
      row.number = this.rows.push(row) - 1;
      if (!this.byFile.has(file)) this.byFile.set(file, row);
    }
    this.stack.push(row);
    return row;
  }

  /** It ends, and with it what has begun under it and was left by an exception. */
  close(row) {
    if (!this.stack.includes(row)) return;
    const ended = now();
    const after = this.sample();
    for (let top; top !== row;) {
      top = this.stack.pop();
      top.spent = ended - top.begun;
      top.held = after - top.before;
      if (top.around) {
        top.around.nested += top.spent;
        top.around.grown += top.held;
      }
    }
  }

  /** The row around another, or the one that is known to want it, if it is of the same phase. */
  above(row) {
    const above = row.around ?? this.byFile.get(row.importer);
    return above?.phase === row.phase ? above : undefined;
  }

  report() {
    const told = this.rows.map((row) => ({
      name: row.file,
      file: row.file,
      parent: this.above(row)?.number ?? null,
      phase: row.phase,
      failed: row.failed,
      self_ns: Math.round((row.spent - row.nested + (row.loading ?? 0)) * 1e6),
      self_bytes: (row.held ?? 0) - row.grown,
    }));
    const phases = Object.entries(this.phases).map(([name, { spent }]) => [
      name,
      spent === null ? null : Math.round(spent * 1e6),
    ]);
    const esModules = this.rows.filter((row) => row.url !== undefined).length;
    return { rows: told, phases: Object.fromEntries(phases), es_modules: esModules };
  }
}

module.exports = { Rows, now };
