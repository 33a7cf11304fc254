import { wholeBody } from "../../connectors/outbound/whole-body.ts";

/**
 * The body of a request.
 *
 * @param most bytes
 * @returns null when it is longer, whether the request says so or not; the rest is not read then
 */
export async function readBody(request: Request, most: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > most) {
    await request.body?.cancel();
    return null;
  }
  return await wholeBody(request.body, most);
}
