const words = new DataView(new ArrayBuffer(16));

/** Writes a number of up to 128 bits as so many limbs of 32 bits, most significant first, from place `at` on. */
export function writeLimbs(limbs: Uint32Array, at: number, count: number, value: bigint): void {
  words.setBigUint64(8, value);
  if (count > 2) words.setBigUint64(0, value >> 64n);
  for (let limb = 0; limb < count; limb++) limbs[at + limb] = words.getUint32(4 * (4 - count + limb));
}
