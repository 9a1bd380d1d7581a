exports.handler = async () => {
  const order = { items: [] };
  order.items.push(order);
  return order;
};
