// What `import 'headstart'` gives: the same functions, and the same registry, as `require`.

import headstart from './index.cjs';

export const { prewarm, beforeFreeze, afterThaw, beforeSnapshot, afterRestore, shutdown } = headstart;
// An ES module's exports cannot be lazy; this loads two small files, and not the native part.
export const { Host, HeadstartError } = headstart;
export default headstart;
