export default { handler: async (event) => ({ doubled: event.number * 2 }) };
