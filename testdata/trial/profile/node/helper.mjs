Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
export const helper = 'slow';