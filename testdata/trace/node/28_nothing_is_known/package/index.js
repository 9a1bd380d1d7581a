const name = process.env.PLUGIN;
exports.handler = async (event) => {
  const plugin = require(name);
  const other = await import(event.module);
  return [plugin, other, require('./missing/' + name)];
};
