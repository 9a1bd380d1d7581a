require('../parts/g');
