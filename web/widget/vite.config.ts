import { defineConfig } from 'vite';

/** Two files: the loader that a page embeds, and the app that it loads when the chat is first opened. */
export default defineConfig(({ mode }) => {
  const loader = mode === 'loader';
  return {
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      target: 'es2020',
      outDir: 'dist',
      emptyOutDir: !loader,
      lib: loader
        ? { entry: 'src/loader.ts', formats: ['iife'], name: 'LingxiLoader', fileName: () => 'lingxi.js' }
        : { entry: 'src/app.tsx', formats: ['es'], fileName: () => 'app.js' },
    },
  };
});
