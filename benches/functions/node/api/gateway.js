'use strict';
// Feeds an API Gateway event to an HTTP application without a listener.

const { IncomingMessage, ServerResponse } = require('node:http');
const { Socket } = require('node:net');
const { Writable } = require('node:stream');

const END_OF_HEADERS = '\r\n\r\n';

function createRequest(event) {
  const request = new IncomingMessage(new Socket());
  request.method = event.requestContext.http.method;
  request.url = event.rawQueryString ? `${event.rawPath}?${event.rawQueryString}` : event.rawPath;
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  request.headers = { ...event.headers, 'content-length': String(body.length) };
  request.push(body);
  request.push(null);
  return request;
}

/** A stream that keeps what is written to it. */
function createSink() {
  const pieces = [];
  const sink = new Writable({
    write(piece, encoding, done) {
      pieces.push(piece);
      done();
    },
  });
  sink.text = () => Buffer.concat(pieces).toString();
  return sink;
}

/** Resolves to the response in the gateway's format. */
function serve(app, event) {
  return new Promise((resolve, reject) => {
    const request = createRequest(event);
    const response = new ServerResponse(request);
    const sink = createSink();
    response.assignSocket(sink);
    // The body then stands in the sink as it was sent.
    response.useChunkedEncodingByDefault = false;
    response.on('error', reject);
    response.on('finish', () => {
      const raw = sink.text();
      resolve({
        statusCode: response.statusCode,
        headers: { ...response.getHeaders() },
        body: raw.slice(raw.indexOf(END_OF_HEADERS) + END_OF_HEADERS.length),
        isBase64Encoded: false,
      });
    });
    app(request, response);
  });
}

module.exports = { serve };
