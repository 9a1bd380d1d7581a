exports.handler = async (event) => ({ text: event.text, length: [...event.text].length, 'ключ': '\u2028' });
