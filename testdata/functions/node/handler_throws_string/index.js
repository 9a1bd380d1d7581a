exports.handler = async () => {
  throw 'out of stock';
};
