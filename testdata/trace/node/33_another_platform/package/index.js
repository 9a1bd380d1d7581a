const { platform, arch } = process;
let loaded;
if (platform === 'darwin') loaded = require('@a/darwin-arm64');
else if (platform === 'linux') {
  if (arch === 'x64') loaded = require('@a/linux-x64-gnu');
  else {
    try { loaded = require('./a.linux-arm64-musl.node'); } catch { loaded = require('@a/linux-arm64-musl'); }
    try { loaded = require('./a.linux-arm64-gnu.node'); } catch { loaded = require('@a/linux-arm64-gnu'); }
  }
}
require(`@b/${platform}-${arch}`);
exports.handler = async () => loaded;
