console.error('no configuration');
process.exit(3);
