import { defineConfig } from 'vite';

export default defineConfig({
  // relative, so that the folder works on any host below any path
  base: './',
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    reportCompressedSize: true,
  },
});
