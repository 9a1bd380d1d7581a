exports.handler = { answer: 42 };
