require('../parts/f');
