'use strict';
throw new Error('failing');
