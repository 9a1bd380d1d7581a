require('../parts/c');
