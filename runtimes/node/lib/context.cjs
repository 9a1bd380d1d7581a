'use strict';
// What a handler gets as its second argument; the names are AWS Lambda's where it has them.

const { isUtf8 } = require('buffer');

// Taken before user code runs, which may replace it by a fake clock.
const uptime = process.uptime;
// The longest that setTimeout takes, which is what handlers do with the remaining time.
const NO_DEADLINE = 2 ** 31 - 1;

const TRACE_VARIABLE = '_X_AMZN_TRACE_ID';

/** The trace of the last request. */
let exposed = null;

/** Properties are own and plain, since handlers copy them, log them and destructure the method. */
class Context {
  constructor(instance, request, { budgetUs, context }) {
    const given = context.length > 0 ? parse(context) : {};
    const deadline = uptime() * 1e3 + budgetUs / 1e3;
    this.callbackWaitsForEmptyEventLoop = true;
    this.functionName = instance.name;
    // As the platform says, with the event or once for all.
    this.functionVersion = given.function_version ?? instance.version;
    this.logGroupName = given.log_group_name ?? instance.logGroup;
    this.logStreamName = given.log_stream_name ?? instance.logStream;
    this.memoryLimitInMB = instance.memoryLimit;
    this.awsRequestId = given.request_id ?? String(request);
    this.requestId = this.awsRequestId;
    this.traceId = given.trace_id ?? null;
    this.invokedFunctionArn = given.invoked_function_arn ?? null;
    this.tenantId = given.tenant_id ?? null;
    this.clientContext = given.client_context ?? null;
    this.identity = given.identity ?? null;
    this.getRemainingTimeInMillis =
      budgetUs === 0 ? () => NO_DEADLINE : () => Math.max(0, Math.floor(deadline - uptime() * 1e3));
  }
}

/** Puts the trace where tracing libraries look for it, as on AWS Lambda. */
function exposeTrace({ traceId }) {
  if (traceId === exposed) return;
  exposed = traceId;
  if (traceId === null) delete process.env[TRACE_VARIABLE];
  else process.env[TRACE_VARIABLE] = traceId;
}

function parse(bytes) {
  try {
    const given = isUtf8(bytes) ? JSON.parse(bytes.toString()) : null;
    return typeof given === 'object' && given !== null ? given : {};
  } catch {
    // What the host says of a request is for information; an event is not lost over it.
    return {};
  }
}

module.exports = { Context, exposeTrace };
