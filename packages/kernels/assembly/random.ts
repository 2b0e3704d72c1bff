// Philox4x32-10, as in src/random.ts.

const OUTPUT: usize = memory.data(16, 16);
const BATCH_DOMAIN: u32 = 3;

/** The four output words for key and counter, left at OUTPUT. */
function philox(k0: u32, k1: u32, c0: u32, c1: u32, c2: u32, c3: u32): void {
  for (let round = 0; round < 10; round++) {
    const p0 = <u64>c0 * 0xd2511f53;
    const p1 = <u64>c2 * 0xcd9e8d57;
    c0 = (<u32>(p1 >> 32)) ^ c1 ^ k0;
    c1 = <u32>p1;
    c2 = (<u32>(p0 >> 32)) ^ c3 ^ k1;
    c3 = <u32>p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  store<u32>(OUTPUT, c0);
  store<u32>(OUTPUT, c1, 4);
  store<u32>(OUTPUT, c2, 8);
  store<u32>(OUTPUT, c3, 12);
}

/** The indices of `drawBatch(key, step, samples, …)`, bit for bit. */
export function drawBatch(
  key0: u32,
  key1: u32,
  step: f64,
  samples: i32,
  indices: usize,
  count: i32,
): void {
  const high = <u32>(step / 4294967296);
  const low = <u32>(step - <f64>high * 4294967296);
  for (let j = 0; j < count; j++) {
    if (!(j & 1)) philox(key0, key1, <u32>(j >> 1), low, high, BATCH_DOMAIN);
    const pair = OUTPUT + ((<usize>(j & 1)) << 3);
    const upper = <f64>(load<u32>(pair) >>> 5);
    const lower = <f64>(load<u32>(pair, 4) >>> 6);
    const unit = (upper * 67108864 + lower) / 9007199254740992;
    store<u32>(indices + ((<usize>j) << 2), <u32>(unit * <f64>samples));
  }
}
