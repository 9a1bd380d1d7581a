require('../parts/b');
