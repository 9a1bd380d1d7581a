exports.handler = async () => 'x'.repeat(62);
