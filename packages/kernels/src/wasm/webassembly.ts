// The part of the WebAssembly interface that the kernels use: TypeScript ships its types with the DOM only.

/** The part of `WebAssembly.Memory` that is used here. */
export interface Memory {
  readonly buffer: ArrayBuffer;
}

/** A compiled module; opaque. */
export interface Module {
  readonly [Symbol.toStringTag]: string;
}

interface Api {
  readonly Memory: new (size: { initial: number; maximum: number }) => Memory;
  readonly Module: new (binary: Uint8Array) => Module;
  readonly Instance: new (
    module: Module,
    imports: { env: { memory: Memory } },
  ) => { readonly exports: unknown };
  readonly validate: (binary: Uint8Array) => boolean;
}

/** Bytes of a page, the unit of memories. */
export const pageBytes = 65536;

/** The global `WebAssembly`. */
export const webAssembly: Api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
