import { describe, expect, it } from "vitest";
import { style } from "../../../src/web/page/style.css.ts";

/** The custom properties of the two `:root` blocks, light first. */
const palettes = [...style.matchAll(/:root \{([^}]*)\}/g)].map(
  ([, block = ""]) =>
    new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{3,6})/g)].map(([, name = "", value = ""]) => [name, value])),
);

/** Relative luminance (WCAG 2.2, definition). */
function luminance(colour: string): number {
  const digits = colour.slice(1);
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const texts = ["ink", "soft", "accent", "good", "warn", "bad"].flatMap((text) =>
  ["page", "panel", "sunken"].map((ground) => [text, ground, 4.5] as const),
);
const pairs: readonly (readonly [string, string, number])[] = [
  ...texts,
  ["accent-ink", "accent", 4.5],
  ["ink", "accent-soft", 4.5],
  ["ink", "good-soft", 4.5],
  ["ink", "warn-soft", 4.5],
  ["ink", "bad-soft", 4.5],
  ["bad", "bad-soft", 4.5],
  ["soft", "accent-soft", 4.5],
  ["accent", "accent-soft", 4.5],
  // Lines of controls (1.4.11).
  ["control", "panel", 3],
  ["control", "page", 3],
];

describe.each([
  ["by day", 0],
  ["by night", 1],
] as const)("colours %s", (_name, index) => {
  const palette = new Map([...(palettes[0] ?? []), ...(palettes[index] ?? [])]);
  it.each(pairs)("%s on %s keep a contrast of %d", (front, ground, least) => {
    expect(contrast(palette.get(front) ?? "", palette.get(ground) ?? "")).toBeGreaterThanOrEqual(least);
  });
});
