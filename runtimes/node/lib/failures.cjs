'use strict';
// From whatever was thrown to a FAILURE: the error's own words, and the frames of user code.

const { EntryError } = require('./entry.cjs');

const LAUNCHER = __dirname.slice(0, __dirname.lastIndexOf('/') + 1);
const MOST_CAUSES = 10;
const MOST_LINES = 200;
const LONGEST_LINE = 1000;
const LONGEST_MESSAGE = 64 << 10;
// Frames whose place is Node's own or no file.
const NOT_USER = /(^|\()(node:.*|<anonymous>|native|index \d+)\)?$/;
const MODULE_LOADER = /(^|\()node:internal\/modules\//;

/** A FAILURE for what user code threw. */
function describe(thrown, code) {
  try {
    const [type, name] = [typeOf(thrown), nameOf(thrown)];
    return {
      code,
      message: cut(messageOf(thrown), LONGEST_MESSAGE),
      type,
      name: name === type ? undefined : name,
      trace: traceOf(thrown),
    };
  } catch {
    // A getter or a proxy in the thrown value threw in turn.
    return { code, message: 'an error that cannot be described was thrown', type: typeof thrown };
  }
}

/** A FAILURE for what loading the entry threw. */
function describeLoad(thrown) {
  if (thrown instanceof EntryError) return { code: thrown.code, message: thrown.message };
  return describe(thrown, isParseError(thrown) ? 'function.syntax_error' : 'function.import_failed');
}

/** Whether the module loader found a file that does not parse; user code may throw a SyntaxError as well. */
function isParseError(thrown) {
  if (!(thrown instanceof SyntaxError) || typeof thrown.stack !== 'string') return false;
  // An import of a name that the other module does not export is a SyntaxError too, though both files parse.
  if (/^(The requested module|Named export) /.test(thrown.message)) return false;
  const [first] = framesOf(thrown.stack).filter((frame) => !/^(JSON\.)?parse \(<anonymous>\)$/.test(frame));
  return first === undefined || MODULE_LOADER.test(first);
}

function isError(thrown) {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
}

function messageOf(thrown) {
  if (isError(thrown)) return withoutLauncher(String(thrown.message));
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  if (typeof thrown.message === 'string') return thrown.message;
  return JSON.stringify(thrown) ?? String(thrown);
}

/** Takes the launcher's files out of the "Require stack" that Node writes into a message. */
function withoutLauncher(message) {
  if (!message.includes('\nRequire stack:\n')) return message;
  const lines = message.split('\n').filter((line) => !line.startsWith(`- ${LAUNCHER}`));
  if (lines.at(-1) === 'Require stack:') lines.pop();
  return lines.join('\n');
}

function typeOf(thrown) {
  if (thrown === null) return 'null';
  if (typeof thrown !== 'object') return typeof thrown;
  if (isError(thrown) && typeof thrown.name === 'string' && thrown.name !== 'Error') return thrown.name;
  return thrown.constructor?.name || 'Object';
}

/** What it calls itself; what is no error, what it is to the language. */
function nameOf(thrown) {
  return isError(thrown) ? String(thrown.name) : typeof thrown;
}

/** The frames of user code, outermost first, and behind them those of each cause. */
function traceOf(thrown) {
  const lines = [];
  const seen = new Set();
  for (
    let error = thrown;
    isError(error) && !seen.has(error) && seen.size < MOST_CAUSES;
    error = error.cause
  ) {
    if (seen.size > 0) lines.push(`caused by ${typeOf(error)}: ${messageOf(error)}`);
    seen.add(error);
    lines.push(...userFrames(error));
  }
  const last = [...seen].at(-1)?.cause;
  if (last !== undefined && !isError(last)) lines.push(`caused by ${typeOf(last)}: ${messageOf(last)}`);
  return lines.slice(0, MOST_LINES).map((line) => cut(line, LONGEST_LINE));
}

function userFrames(error) {
  if (typeof error.stack !== 'string') return [];
  const frames = framesOf(error.stack).filter((frame) => !NOT_USER.test(frame) && !frame.includes(LAUNCHER));
  const place = parsePlace(error);
  return place ? [...frames.reverse(), place] : frames.reverse();
}

function framesOf(stack) {
  return stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map((line) => line.slice('    at '.length));
}

/** Where a file does not parse: Node puts "file:line" before the text of such an error. */
function parsePlace(error) {
  if (!(error instanceof SyntaxError)) return undefined;
  const [first] = error.stack.split('\n', 1);
  return /^(\/|file:|[A-Za-z]:\\).*:\d+$/.test(first) ? first : undefined;
}

function cut(text, length) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

module.exports = { describe, describeLoad };
