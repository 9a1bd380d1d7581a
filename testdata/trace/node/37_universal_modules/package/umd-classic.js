(function (root, factory) {
  if (typeof define === 'function' && define.amd) define(['jquery'], factory);
  else if (typeof exports === 'object') module.exports = factory(require('./parts/b'));
  else root.thing = factory(root.jQuery);
}(this, function (b) { return b; }));
