exports.handler = async () => () => 'later';
