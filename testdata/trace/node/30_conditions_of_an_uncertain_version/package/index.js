exports.handler = async () => require('both/sync');
