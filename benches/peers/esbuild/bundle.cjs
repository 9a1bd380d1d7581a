'use strict';
// node bundle.cjs ESBUILD FILE OUT: bundles a function as its author would for this very Node. What cannot be bundled
// (addons, and packages that are looked up by name while they run) stays outside.
const path = require('path');

const [directory, file, outfile] = process.argv.slice(2);
const esbuild = require(path.join(directory, 'node_modules/esbuild'));
const isModule = outfile.endsWith('.mjs');

// What is not installed is optional: whoever asks for it expects that it fails.
const missing = {
  name: 'missing',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path: name, kind, resolveDir, pluginData }) => {
      if (pluginData === missing || kind === 'entry-point') return undefined;
      const found = await build.resolve(name, { kind, resolveDir, pluginData: missing });
      return found.errors.length > 0 ? { path: name, external: true } : undefined;
    });
  },
};

esbuild
  .build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    target: `node${process.versions.node}`,
    format: isModule ? 'esm' : 'cjs',
    keepNames: true,
    external: ['*.node', 'sharp', 'pino', 'pino-abstract-transport'],
    banner: isModule ? { js: "import { createRequire as __make } from 'module'; const require = __make(import.meta.url);" } : {},
    plugins: [missing],
    logLevel: 'error',
  })
  .catch(() => process.exit(1));
