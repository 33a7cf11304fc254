/** Characters of which one is taken where an expression allows several. */
const ALPHABET = [..."a0 Z-._/:;,=\"'&<>(){}[]@+*?!#%~|\\\n\r\t\u0001ä😀"];

/**
 * A text that an expression matches, or nearly: of alternatives the first, of a class its first members, of what may repeat two.
 * It need not match; it only carries what grows to the place where the expression looks for it.
 */
export function sampleOf(expression: RegExp): string {
  return new Sampler(expression.source, expression.flags.replace(/[gy]/g, "")).alternatives();
}

class Sampler {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  /** Reads up to the end or a closing bracket. */
  alternatives(): string {
    let first: string | null = null;
    let branch = "";
    while (this.#at < this.#source.length && this.#source[this.#at] !== ")") {
      if (this.#source[this.#at] === "|") {
        this.#at += 1;
        first ??= branch;
        branch = "";
      } else branch += this.#repeated(this.#atom());
    }
    return first ?? branch;
  }

  #atom(): string {
    const rest = this.#source.slice(this.#at);
    const group = /^\((\?(?:[:=!]|<[=!]|<\w+>))?/.exec(rest);
    if (group) {
      this.#at += group[0].length;
      const inside = this.alternatives();
      this.#at += 1;
      return group[1] && /[=!]/.test(group[1]) ? "" : inside;
    }
    const [unit = ""] =
      /^(?:\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\[\s\S]|[\s\S])/u.exec(
        rest,
      ) ?? [];
    this.#at += unit.length;
    if (unit === "^" || unit === "$" || /^\\[bB]$/.test(unit)) return "";
    const one = new RegExp(`^(?:${unit})$`, this.#flags);
    const members = [...ALPHABET, unit.replace(/^[[\\]+/, "").charAt(0)].filter((character) => one.test(character));
    return members[0] ?? JSON.parse(`"${unit.startsWith("\\u") && !unit.includes("{") ? unit : "a"}"`);
  }

  #repeated(text: string): string {
    const [quantifier = ""] = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(this.#source.slice(this.#at)) ?? [];
    this.#at += quantifier.length;
    const least = Number(/\d+/.exec(quantifier)?.[0] ?? 1);
    return quantifier === "" ? text : text.repeat(/^[*+]/.test(quantifier) ? 2 : Math.min(Math.max(least, 1), 70));
  }
}
