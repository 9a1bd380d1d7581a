exports.main = { handler: async () => 'app.js' };
