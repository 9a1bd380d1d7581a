'use strict';
// The errors of the core, as JavaScript has them.

/** An error with the code that it has in every language. */
class HeadstartError extends Error {
  constructor({ code, operation, message, context = {}, hint, type, trace, retryable = false }, options) {
    super(message, options);
    this.code = code;
    this.operation = operation ?? null;
    this.context = context;
    this.hint = hint ?? null;
    this.type = type ?? null;
    this.trace = trace ?? [];
    this.retryable = retryable;
  }
}

Object.defineProperty(HeadstartError.prototype, 'name', {
  value: 'HeadstartError',
  writable: true,
  configurable: true,
});

/** What the native part threw: its message is the error as JSON, what the function wrote is on it. */
function fromNative(error) {
  let fields;
  try {
    fields = JSON.parse(error.message);
  } catch {
    return error;
  }
  if (typeof fields?.code !== 'string') return error;
  const converted = new HeadstartError(fields);
  if (error.stdout) Object.assign(converted, { stdout: error.stdout, stderr: error.stderr });
  return converted;
}

module.exports = { HeadstartError, fromNative };
