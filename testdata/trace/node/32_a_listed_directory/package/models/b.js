require('../used');
