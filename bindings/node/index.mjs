// What `import 'headstart'` gives: the same functions, and the same registry, as `require`.

import headstart from './index.cjs';

export const { prewarm, beforeFreeze, afterThaw, beforeSnapshot, afterRestore, shutdown } = headstart;
// An ES module's exports cannot be lazy; this loads four small files, and not the native part.
export const { Host, HeadstartError, Cache, cached } = headstart;
export default headstart;
