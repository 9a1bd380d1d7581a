require('./part');
