require('../parts/z');
