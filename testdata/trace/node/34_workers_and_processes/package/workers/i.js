require('../parts/i');
