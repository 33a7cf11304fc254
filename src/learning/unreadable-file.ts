/** A file that cannot be read in its format. `line` is where the trouble begins, from 1. */
export abstract class UnreadableFile<Problem extends string> extends Error {
  readonly code: Problem;
  readonly line: number;
  constructor(code: Problem, line: number, message: string) {
    super(message);
    this.code = code;
    this.line = line;
  }
}
