'use strict';
// Calls a handler as the launcher does.

const BUDGET_US = 30e6;
const LONGEST_RESULT = 100 << 20;

/** The text that the handler's value makes, or its failure. */
function invoke(handler, payload) {
  const { encodeResult, invoke: call } = require('../lib/invoke.cjs');
  const instance = { handler, name: 'bake', memoryLimit: null };
  return new Promise((resolve) => {
    const invocation = { payload, budgetUs: BUDGET_US, context: Buffer.alloc(0) };
    call(instance, 1, invocation, {
      settle: (request, value) => resolve(encodeResult(value, LONGEST_RESULT)),
      fail: (request, failure) => resolve({ failure }),
    });
  });
}

module.exports = { invoke };
