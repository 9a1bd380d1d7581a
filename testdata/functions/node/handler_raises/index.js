class ValidationError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ValidationError';
  }
}

function check(order) {
  if (!(order.quantity > 0)) throw new ValidationError(`quantity must be positive, not ${order.quantity}`);
}

exports.handler = async (event) => {
  check(event);
  return 'accepted';
};
