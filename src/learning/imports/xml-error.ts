import { UnreadableFile } from "../unreadable-file.ts";

/** Why an XML file is refused. */
export type XmlProblem =
  | "not_well_formed"
  | "doctype"
  | "too_deep"
  | "too_long"
  | "invalid_encoding"
  | "unsupported_encoding"
  | "unknown_root";

/** An XML file that is not read. `line` is where the trouble is, from 1. */
export class XmlError extends UnreadableFile<XmlProblem> {}
