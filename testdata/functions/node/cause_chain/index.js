function read() {
  throw new TypeError('the row has no column "price"');
}

function load() {
  try {
    read();
  } catch (cause) {
    throw new RangeError('the article cannot be loaded', { cause });
  }
}

exports.handler = async () => {
  try {
    load();
  } catch (cause) {
    throw new Error('the order failed', { cause });
  }
};
