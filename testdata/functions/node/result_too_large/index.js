exports.handler = async () => 'é'.repeat(40000);
