require('../parts/e');
