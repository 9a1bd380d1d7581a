return require('./tool');
