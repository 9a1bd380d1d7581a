exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setInterval(() => {}, 60_000);
  setTimeout(callback, 1, null, { doubled: event.number * 2 });
};
