import { defineConfig, type Plugin } from 'vite';

/**
 * The kernels bring two binaries. The page needs the one whose bits are the same on every machine; the fused one, which
 * nothing here asks for, is left out of what is transferred.
 */
function withoutFusedKernels(): Plugin {
  const binary = /((?:var|const|let) relaxedSimd = )(["'])[A-Za-z0-9+/=]{1000,}\2/;
  return {
    name: 'without-fused-kernels',
    transform(code, id) {
      if (!/kernels\/dist\/[^/]*\.js$/.test(id.split('?')[0]!)) return undefined;
      if (!binary.test(code)) return undefined;
      return { code: code.replace(binary, '$1""'), map: null };
    },
  };
}

export default defineConfig({
  // relative, so that the folder works on any host below any path
  base: './',
  plugins: [withoutFusedKernels()],
  worker: { format: 'es', plugins: () => [withoutFusedKernels()] },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    reportCompressedSize: true,
  },
});
