'use strict';
// One invocation: event in, the handler's value or failure out.

const { isUtf8 } = require('buffer');
const { Context, exposeTrace } = require('./context.cjs');

const CALLBACK_STYLE = 3;

/** Calls the handler; `worker.settle(request, value)` or `worker.fail(request, failure)` follows, once. */
function invoke(instance, request, invocation, worker) {
  const context = new Context(instance, request, invocation);
  exposeTrace(context);
  let event;
  try {
    event = parse(invocation.payload);
  } catch (error) {
    worker.fail(request, {
      code: 'payload.invalid_json',
      message: `the event is not JSON: ${error.message}`,
    });
    return;
  }
  if (instance.streams) {
    require('./streaming.cjs').invoke(instance.handler, request, event, context, worker);
    return;
  }
  let open = true;
  const succeed = (value) => {
    if (!open) return;
    open = false;
    worker.settle(request, value);
  };
  const fail = (thrown) => {
    if (!open) return;
    open = false;
    worker.fail(request, require('./failures.cjs').describe(thrown, 'function.raised'));
  };
  call(instance.handler, event, context, succeed, fail);
}

function parse(payload) {
  if (!isUtf8(payload)) throw new TypeError('it is not UTF-8');
  return JSON.parse(payload.toString());
}

/** Whichever comes first counts: the promise, the callback, or the plain value of a handler without one. */
function call(handler, event, context, succeed, fail) {
  const callback = (error, value) => {
    if (error === null || error === undefined) succeed(value);
    else fail(error);
  };
  let returned;
  try {
    returned = handler(event, context, callback);
    if (isThenable(returned)) returned = Promise.resolve(returned);
    else if (handler.length < CALLBACK_STYLE) return succeed(returned);
    else return undefined;
  } catch (error) {
    return fail(error);
  }
  return returned.then(succeed, fail);
}

function isThenable(value) {
  return typeof value === 'object' && value !== null && typeof value.then === 'function';
}

/** The JSON text of a handler's value, or why there is none. */
function encodeResult(value, maxPayload) {
  let text;
  try {
    text = value === undefined ? 'null' : JSON.stringify(value);
  } catch (error) {
    return { failure: refuse(error) };
  }
  if (text === undefined) {
    const message = `the handler returned a ${typeof value}, which JSON has no form for`;
    return { failure: { code: 'function.result_not_json', message } };
  }
  // UTF-8 takes at most three bytes for each unit of a string.
  if (text.length * 3 > maxPayload && Buffer.byteLength(text) > maxPayload) {
    const message = `the result of ${Buffer.byteLength(text)} bytes is over the limit of ${maxPayload}`;
    return { failure: { code: 'payload.too_large', message } };
  }
  return { text };
}

function refuse(error) {
  // The longest string of V8 is over the highest payload limit.
  const tooLong = error instanceof RangeError && error.message === 'Invalid string length';
  return require('./failures.cjs').describe(
    error,
    tooLong ? 'payload.too_large' : 'function.result_not_json',
  );
}

module.exports = { encodeResult, invoke };
