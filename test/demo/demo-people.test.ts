import { describe, expect, it } from "vitest";
import { peopleFile } from "../../src/demo/demo-people.ts";

describe("the demo's file of people", () => {
  const { text, badLines } = peopleFile();
  const lines = text.split("\r\n").slice(0, -1);
  const columns = lines[0]?.split(";") ?? [];
  const people = lines
    .slice(1)
    .map((line) => Object.fromEntries(line.split(";").map((cell, index) => [columns[index], cell])));
  const good = people.filter((_, index) => !badLines.has(index + 2));

  it("has a header, 500 people and 20 bad lines", () => {
    expect(people).toHaveLength(500);
    expect(badLines.size).toBe(20);
    expect(lines.every((line) => line.split(";").length === columns.length)).toBe(true);
  });

  it("has nothing wrong in its other lines", () => {
    expect(new Set(good.map((person) => person.sourcedId)).size).toBe(480);
    expect(new Set(good.map((person) => person.username)).size).toBe(480);
    for (const person of good) {
      for (const required of ["sourcedId", "username", "givenName", "familyName"])
        expect(person[required]).not.toBe("");
      expect(person.email).toMatch(/^[a-z0-9.]+@people\.example$/);
      if (person.timeZone)
        expect(Intl.supportedValuesOf("timeZone")).toContain(
          Intl.DateTimeFormat("en", { timeZone: person.timeZone }).resolvedOptions().timeZone,
        );
      if (person.supervisorSourcedId) expect(good.map((one) => one.sourcedId)).toContain(person.supervisorSourcedId);
    }
  });

  it("is the same each time, and each bad line is bad for a reason of its own kind", () => {
    expect(peopleFile()).toEqual({ text, badLines });
    expect(new Set(badLines.values())).toEqual(
      new Set(["no family name", "bad e-mail address", "unknown time zone", "sourcedId twice", "username twice"]),
    );
  });
});
