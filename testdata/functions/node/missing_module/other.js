exports.handler = async () => 'unreachable';
