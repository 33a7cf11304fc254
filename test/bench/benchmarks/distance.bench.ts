import { type Burst, burst } from "../hosts/burst.ts";
import { denoWithServer, edgeWithServer } from "../hosts/kinds.ts";
import { figure, median, most, percentile, seconds } from "../report/figures.ts";
import { machineLines } from "../report/machine.ts";
import { type BenchOptions, isAskedFor } from "../report/options.ts";
import { printTable, progress } from "../report/report.ts";

/** Added to each answer of the database server (ms): the same region, the same continent, another one. */
const DELAYS = [0, 5, 25, 100];

/**
 * How runs fare with a database that is further away: 1 and 100 clients due at one second, while a proxy in front of the database
 * server holds each answer back.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  const kinds = [denoWithServer, edgeWithServer].filter(({ name }) => isAskedFor(name, options));
  const delays = options.quick ? [0, 25] : DELAYS;
  const sizes = options.quick ? [1] : [1, 100];
  const cases = kinds.flatMap((kind) =>
    sizes.flatMap((clients) => delays.map((delayMs) => ({ kind, clients, delayMs, rounds: [] as Burst[] }))),
  );
  for (const line of machineLines()) console.log(line);
  const rounds = options.rounds ?? 1;
  for (let round = 0; round < rounds; round += 1) {
    for (const { kind, clients, delayMs, rounds: done } of cases) {
      progress(`${kind.name}, ${clients} clients, ${delayMs} ms`);
      const size = { clients, perClient: 1 };
      done.push(await burst(kind, size, { limitMs: options.quick ? 20_000 : 60_000, delayMs }));
    }
  }
  printTable(
    {
      title: `With a longer way to the database: how late runs start and when the last has ended (s); medians of ${rounds} rounds`,
      columns: ["", "clients", "added ms", "p50", "p99", "last end", "not ended", "errors"],
      rows: cases.map(({ kind, clients, delayMs, rounds: done }) => [
        kind.name,
        figure(clients),
        figure(delayMs),
        ...[0.5, 0.99].map((share) => seconds(median(done.map(({ lags }) => percentile(lags, share))))),
        seconds(median(done.map(({ lastEndMs }) => lastEndMs))),
        figure(most(done.map(({ ended, due }) => due - ended))),
        figure(
          most(done.map(({ troubles: { busy, refused, interrupted }, wrong }) => busy + refused + interrupted + wrong)),
        ),
      ]),
    },
    options,
  );
}
