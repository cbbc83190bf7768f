/** One captured frame: when, and the bytes that were kept of it. */
export type Frame = { readonly seconds: number; readonly bytes: Uint8Array };

const ethernet = 1;

/** Reads a capture file of libpcap's classic format, as tcpdump writes it. A frame cut off at the end is an error. */
export const readPcap = (file: Uint8Array): readonly Frame[] => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < 24) throw new Error("not a capture file: shorter than its header");
  const little = [0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0, true));
  const magic = view.getUint32(0, little);
  if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d) throw new Error("not a capture file: unknown magic number");
  if (view.getUint32(20, little) !== ethernet) throw new Error("not a capture of Ethernet");
  const fraction = magic === 0xa1b23c4d ? 1e9 : 1e6;
  const frames: Frame[] = [];
  let at = 24;
  while (at < file.byteLength) {
    if (at + 16 > file.byteLength) throw new Error("the capture file ends inside a frame");
    const seconds = view.getUint32(at, little) + view.getUint32(at + 4, little) / fraction;
    const length = view.getUint32(at + 8, little);
    at += 16;
    if (at + length > file.byteLength) throw new Error("the capture file ends inside a frame");
    frames.push({ seconds, bytes: file.subarray(at, at + length) });
    at += length;
  }
  return frames;
};
