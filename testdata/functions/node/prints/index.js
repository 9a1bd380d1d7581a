const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

exports.handler = async () => {
  console.log('one: console.log');
  fs.writeSync(1, 'two: fs.writeSync\n');
  execFileSync(process.execPath, ['-e', "console.log('three: child process'); console.error('child error')"], { stdio: 'inherit' });
  process.stderr.write('four: process.stderr\n');
  process.nextTick(() => process.stdout.write('five: last tick\n'));
  return 'printed';
};
