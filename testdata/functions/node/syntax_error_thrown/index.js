// User code that throws a SyntaxError of its own: the file itself parses.
exports.settings = JSON.parse('{not json');
exports.handler = async () => exports.settings;
