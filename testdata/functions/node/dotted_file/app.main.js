exports.handler = async () => 'app.main.js';
