import { describe, expect, it } from "vitest";
import { localDayOf, monthsLater } from "../../src/learning/local-day.ts";
import { sql } from "../../src/store/sql.ts";
import { read } from "../../src/store/statement.ts";
import { addMonths, localDay } from "../../src/time/day.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

const now = Date.UTC(2026, 2, 2);

describe("in SQL", () => {
  it.each(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Kiritimati", "America/Los_Angeles"])(
    "an instant falls on the local day that the calendar of %s says",
    async (timeZone) => {
      const database = await freshFileDatabase(["store"]);
      const instants = Array.from(
        { length: 400 },
        (_, place) => Date.UTC(1971, 0, 1) + place * 49.9 * 86_400_000 + place * 1_234_567,
      );
      const edges = ["2026-01-31T22:59:59.999Z", "2026-01-31T23:00:00Z", "1998-07-01T00:00:00+02:00"].map((text) =>
        Date.parse(text),
      );
      const asked = [...instants, ...edges].map(Math.floor).filter((one) => one <= now);
      const found = await read<{ day: string }>(
        database,
        sql`SELECT ${localDayOf(sql`one.value`, { now, timeZone })} AS day FROM json_each(${JSON.stringify(asked)}) AS one ORDER BY one.key`,
      );
      expect(found.map(({ day }) => day)).toEqual(asked.map((one) => localDay(one, timeZone)));
    },
  );

  it("no instant is no day", async () => {
    const database = await freshFileDatabase(["store"]);
    const day = localDayOf(sql`NULL`, { now, timeZone: "Europe/Berlin" });
    expect(await read(database, sql`SELECT ${day} AS day`)).toEqual([{ day: null }]);
  });

  it("months are added as everywhere, clamped to the month's end", async () => {
    const database = await freshFileDatabase(["store"]);
    const days = ["2024-01-31", "2024-02-29", "2025-02-28", "2025-08-31", "2025-12-30", "2026-03-15", "2023-10-31"];
    const asked = days.flatMap((day) => [0, 1, 2, 6, 11, 12, 13, 48, -1, -12].map((months) => [day, months] as const));
    const found = await read<{ later: string }>(
      database,
      sql`SELECT ${monthsLater(sql`(value ->> 0)`, sql`(value ->> 1)`)} AS later FROM json_each(${JSON.stringify(asked)}) ORDER BY key`,
    );
    expect(found.map(({ later }) => later)).toEqual(asked.map(([day, months]) => addMonths(day, months)));
    expect(await read(database, sql`SELECT ${monthsLater(sql`'2026-01-31'`, sql`NULL`)} AS later`)).toEqual([
      { later: null },
    ]);
  });
});
