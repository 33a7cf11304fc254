/** A picture that goes into certificates. */
export interface Logo {
  readonly type: "png" | "jpeg";
  readonly bytes: Uint8Array;
}

/** Bytes of a picture, at most. */
export const LARGEST_LOGO = 512 * 1024;
/** Pixels of a PNG, at most: it is unpacked in memory. */
const MOST_PIXELS = 1_000_000;

/**
 * Takes a picture in PNG or JPEG, by its content and not by its name.
 *
 * @returns what is wrong with it, in words
 */
export function readLogo(bytes: Uint8Array): Logo | { readonly problem: string } {
  if (bytes.length > LARGEST_LOGO) {
    return { problem: `it has ${bytes.length} bytes; at most ${LARGEST_LOGO} are taken` };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Signature and first chunk of a PNG (W3C, PNG specification, 5.2 and 11.2.1).
  if (bytes.length >= 33 && view.getUint32(0) === 0x89504e47 && view.getUint32(12) === 0x49484452) {
    const pixels = view.getUint32(16) * view.getUint32(20);
    return pixels > 0 && pixels <= MOST_PIXELS
      ? { type: "png", bytes }
      : { problem: `it has ${pixels} pixels; at most ${MOST_PIXELS} are taken of a PNG` };
  }
  if (bytes.length > 4 && view.getUint16(0) === 0xffd8 && bytes[2] === 0xff) return { type: "jpeg", bytes };
  return { problem: "it is neither PNG nor JPEG" };
}
