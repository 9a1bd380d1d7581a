print 'from another age'
