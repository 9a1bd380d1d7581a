exports.api = { orders: { handler: async () => 'nested' } };
