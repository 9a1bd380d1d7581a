exports.handler = async (event, context) => [
  context.functionName,
  context.memoryLimitInMB,
  process.env.STAGE,
];
