require('../parts/a');
