exports.handler = async (event) => {
  console.log('at', new Date().toISOString(), __filename);
  if (event.fail) throw new TypeError(`no ${event.fail}`);
  require('fs').writeFileSync(`${require('os').tmpdir()}/out.txt`, String(event.n));
  return { n: event.n, file: __filename, random: Math.random() };
};
