require('../parts/d');
