// Ticks come before promises, as in a callback of Node's loop.
exports.handler = () => {
  const order = ['handler'];
  Promise.resolve().then(() => order.push('promise'));
  process.nextTick(() => order.push('tick'));
  return new Promise((resolve) => setImmediate(() => resolve(order)));
};
