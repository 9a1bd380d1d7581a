exports.handler = async (event, context) => ({
  arguments: process.argv.length,
  directory: process.cwd() === __dirname,
  context: Object.keys(context).sort(),
  remaining: context.getRemainingTimeInMillis() > 0,
  request: typeof context.awsRequestId,
});
