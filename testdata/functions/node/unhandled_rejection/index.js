exports.handler = () => {
  // Nobody waits for this promise: Node ends the process.
  Promise.reject(new Error('the background task failed'));
  return new Promise(() => {});
};
