'use strict';
// Gives a stem its function: environment, directory, handler.

const BYTES_OF_MB = 1 << 20;
// By which AWS's runtime client knows handlers that write their result.
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

/** Answers `{ instance }` or `{ failure }`, and what else `ready` tells; `tell(sentence)` warns later. */
async function specialize({ function: name, path, entry, environment, limits, image }, tell) {
  if (environment) replaceEnvironment(environment);
  try {
    process.chdir(path);
  } catch (error) {
    return { failure: { code: 'function.entry_not_found', message: `cannot enter ${path}: ${error.code}` } };
  }
  offerStreaming();
  serveColdFiles(path);
  const more = image ? useImage(image, path, tell) : undefined;
  try {
    globalThis[Symbol.for('headstart.snapshot')]?.enter();
    const handler = await require('./entry.cjs').load(path, entry);
    return {
      more,
      instance: {
        handler,
        streams: handler[STREAMING] === 'response',
        name,
        memoryLimit: limits?.memory ? String(Math.floor(limits.memory / BYTES_OF_MB)) : null,
        // Where the platform says so.
        version: process.env.AWS_LAMBDA_FUNCTION_VERSION ?? null,
        logGroup: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? null,
        logStream: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? null,
      },
    };
  } catch (error) {
    return { failure: require('./failures.cjs').describeLoad(error) };
  }
}

/** Functions find `awslambda` as on AWS Lambda; it is loaded when one asks for it. */
function offerStreaming() {
  const define = (property) =>
    Object.defineProperty(globalThis, 'awslambda', { configurable: true, enumerable: false, ...property });
  if (Object.hasOwn(globalThis, 'awslambda')) return;
  define({
    get() {
      const { awslambda } = require('./streaming.cjs');
      define({ value: awslambda, writable: true });
      return awslambda;
    },
    set(value) {
      define({ value, writable: true });
    },
  });
}

/** A slimmed package has a directory of ours, with what it left out. */
function serveColdFiles(path) {
  const fs = require('fs');
  if (fs.existsSync(`${path}/.headstart`)) require('./cold/index.cjs').install(path);
}

/** Has modules loaded from an image; what `ready` says of it. */
function useImage({ path: file, stamp }, path, tell) {
  const refused = require('./image/index.cjs').install(file, path, tell, stamp ?? undefined);
  return refused === null ? { image: true } : { warnings: [`the image ${file} is not used: ${refused}`] };
}

/** Makes `process.env` hold exactly these variables; what is the same already is not touched. */
function replaceEnvironment(environment) {
  const modulePath = process.env.NODE_PATH;
  for (const name of Object.keys(process.env)) {
    if (!Object.hasOwn(environment, name)) delete process.env[name];
  }
  for (const name of Object.keys(environment)) {
    // Setting TZ makes V8 forget the zone, which costs; hence the comparison.
    if (process.env[name] !== environment[name]) process.env[name] = environment[name];
  }
  // Node reads NODE_PATH once, at its start, when the function was not known.
  if (process.env.NODE_PATH !== modulePath) require('module')._initPaths();
}

module.exports = { replaceEnvironment, specialize };
