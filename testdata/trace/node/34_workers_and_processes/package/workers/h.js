require('../parts/h');
