'use strict';
// Handlers that write their result as it comes: `awslambda.streamifyResponse`, as on AWS Lambda.

const { Writable, finished } = require('stream');

// The names by which AWS's runtime client knows such handlers.
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const RESPONSE = 'response';
/** What an HTTP answer's status and headers are told by, before its body. */
const HTTP_TYPE = 'application/vnd.awslambda.http-integration-response';
const END_OF_PRELUDE = Buffer.alloc(8);
/** Bytes of one message; what is written at once may be more. */
const MOST_AT_ONCE = 1 << 20;

/** The global that functions find. */
const awslambda = {
  streamifyResponse(handler, options) {
    handler[STREAMING] = RESPONSE;
    if (options?.highWaterMark !== undefined) handler[HIGH_WATER_MARK] = Number.parseInt(options.highWaterMark, 10);
    return handler;
  },
  HttpResponseStream: {
    /** Writes what an answer begins with before the first of its body. */
    from(stream, prelude) {
      stream.setContentType(HTTP_TYPE);
      stream.begin = () => stream.push(Buffer.concat([Buffer.from(JSON.stringify(prelude)), END_OF_PRELUDE]));
      return stream;
    },
  },
};

/** What a handler writes to; each write is a message to the host. */
class ResponseStream extends Writable {
  constructor(handler, send) {
    super({ highWaterMark: handler[HIGH_WATER_MARK] });
    this.send = send;
    this.begin = null;
    this.contentType = null;
  }

  setContentType(type) {
    this.contentType = type;
  }

  _write(chunk, encoding, written) {
    this.start();
    this.push(chunk, written);
  }

  _final(written) {
    this.start();
    written();
  }

  start() {
    const { begin } = this;
    this.begin = null;
    begin?.();
  }

  push(bytes, written) {
    let at = 0;
    for (; bytes.length - at > MOST_AT_ONCE; at += MOST_AT_ONCE) this.send(bytes.subarray(at, at + MOST_AT_ONCE));
    this.send(bytes.subarray(at), written);
  }
}

/** Calls the handler; pieces and then the result's end or a failure follow. */
function invoke(handler, request, event, context, worker) {
  const stream = new ResponseStream(handler, (bytes, written) => worker.piece(request, bytes, written));
  let open = true;
  const end = (thrown) => {
    if (!open) return;
    open = false;
    if (thrown === undefined) worker.send('result', request, '');
    else worker.fail(request, require('./failures.cjs').describe(thrown, 'function.raised'));
  };
  const fail = (thrown) => {
    end(thrown ?? new Error(String(thrown)));
    stream.destroy();
  };
  finished(stream, (error) => end(error ?? undefined));
  try {
    // The stream's end is the result's, whenever the handler returns.
    Promise.resolve(handler(event, stream, context)).catch(fail);
  } catch (error) {
    fail(error);
  }
}

module.exports = { awslambda, invoke };
