'use strict';
// Tracing: hooks into the loader, spans kept in memory, callers' contexts taken from headers.

const { context, propagation, SpanKind, SpanStatusCode, trace } = require('@opentelemetry/api');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { DataloaderInstrumentation } = require('@opentelemetry/instrumentation-dataloader');
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino');
const {
  InMemorySpanExporter,
  NodeTracerProvider,
  ParentBasedSampler,
  AlwaysOnSampler,
  SimpleSpanProcessor,
} = require('@opentelemetry/sdk-trace-node');

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({
  sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
provider.register();
registerInstrumentations({ instrumentations: [new DataloaderInstrumentation(), new PinoInstrumentation()] });

const tracer = trace.getTracer('headstart-bench-traced');

/** What the work comes to, and the spans of it. */
async function record(name, headers, work) {
  const caller = propagator(headers).extract(context.active(), headers, {
    get: (carrier, key) => carrier[key],
    keys: Object.keys,
  });
  const outcome = await tracer.startActiveSpan(name, { kind: SpanKind.SERVER }, caller, (span) => settle(span, work));
  await provider.forceFlush();
  const spans = exporter.getFinishedSpans();
  exporter.reset();
  return { ...outcome, caller: trace.getSpanContext(caller)?.traceId ?? null, spans: spans.map(describe(spans)) };
}

/** Callers of old send their context in the B3 format. */
function propagator(headers) {
  if (!('b3' in headers)) return propagation;
  const { B3Propagator } = require('@opentelemetry/propagator-b3');
  return new B3Propagator();
}

async function settle(span, work) {
  try {
    return { result: await work() };
  } catch (error) {
    span.recordException(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    return { error: error.message };
  } finally {
    span.end();
  }
}

/** A span without what differs from run to run: numbers and times. */
function describe(spans) {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return ({ name, kind, attributes, status, events, links, parentSpanContext: parent }) => ({
    name,
    kind: SpanKind[kind],
    parent: parent ? (names.get(parent.spanId) ?? 'caller') : null,
    attributes,
    status: SpanStatusCode[status.code],
    events: events.map((event) => event.name),
    links: links.length,
  });
}

module.exports = { record, tracer };
