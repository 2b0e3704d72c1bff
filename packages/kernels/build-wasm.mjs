// Compiles assembly/ to WebAssembly and embeds the binaries in src/wasm/generated/.
