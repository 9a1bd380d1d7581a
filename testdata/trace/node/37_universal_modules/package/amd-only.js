if (false) { define(['missing'], function () {}); }
if (typeof define === 'function') define(function (require) { require('missing'); });
