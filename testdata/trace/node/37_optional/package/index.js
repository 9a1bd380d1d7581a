let fast;
try { fast = require('fast'); } catch { fast = require('./slow'); }
try { require('absent'); } catch (error) { if (error.code !== 'MODULE_NOT_FOUND') throw error; }
import('absent').catch(() => {});
import('absent').then(() => {}, () => {});
if (typeof Bun !== 'undefined') require('bun-only');
const x = typeof window === 'object' ? require('absent') : require('./there');
require('peer');
try { require('./slow'); } finally { x(); }
try { } finally { require('needed'); }
exports.handler = async () => fast;
