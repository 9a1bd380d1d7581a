(() => {
  var __webpack_modules__ = ({
    12: ((module, exports, __webpack_require__) => { module.exports = __webpack_require__(34); }),
    34: ((module) => { 'use strict'; module.exports = require('./external'); }),
  });
  var cache = {};
  function __webpack_require__(id) { var m = (cache[id] = { exports: {} }); __webpack_modules__[id](m, m.exports, __webpack_require__); return m.exports; }
  __webpack_require__.u = (chunkId) => ('' + chunkId + '.chunk.js');
  __webpack_require__.f = { require: (chunkId) => require('./' + __webpack_require__.u(chunkId)) };
  module.exports = __webpack_require__(12);
})();
