// A function as it is deployed on Lambda; `aws-lambda-ric` runs it.

export const handler = async (event, context) => {
  if ('raise' in event) throw new RangeError(event.raise);
  if ('sleep' in event) await new Promise((done) => setTimeout(done, event.sleep * 1000));
  return {
    event,
    id: context.awsRequestId,
    arn: context.invokedFunctionArn,
    name: context.functionName,
    custom: context.clientContext?.custom ?? null,
    left_ms: context.getRemainingTimeInMillis(),
    trace: process.env._X_AMZN_TRACE_ID ?? null,
  };
};

export const stream = awslambda.streamifyResponse(async (event, responseStream) => {
  for (const piece of ['{"pie', 'ces"', ': 3}']) {
    responseStream.write(piece);
    await new Promise((done) => setTimeout(done, 5));
  }
  if (event.break) throw new RangeError('half way');
  responseStream.end();
});
