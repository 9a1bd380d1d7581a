exports.handler = (event) => ({ length: event.text.length });
