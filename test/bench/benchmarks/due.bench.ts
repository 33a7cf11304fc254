import { type Burst, burst } from "../hosts/burst.ts";
import { denoWithFile, denoWithServer, edgeWithServer } from "../hosts/kinds.ts";
import type { HostKind } from "../hosts/measured-host.ts";
import { figure, median, most, percentile, seconds } from "../report/figures.ts";
import { machineLines } from "../report/machine.ts";
import { type BenchOptions, isAskedFor } from "../report/options.ts";
import { printTable, progress } from "../report/report.ts";
import { type BareBurst, bareBurst } from "../skeleton/skeleton.ts";

const SKELETON = "Skeleton, edge";
const hosts: readonly HostKind[] = [edgeWithServer, denoWithServer, denoWithFile];

type Round = Pick<Burst, "lags" | "ended" | "lastEndMs"> &
  Partial<Pick<Burst, "tick" | "troubles" | "wrong">> &
  Partial<BareBurst>;

/** One line of the table: a number of clients on one host, or of bare objects. */
interface Case {
  readonly name: string;
  readonly clients: number;
  readonly measure: () => Promise<Round>;
  readonly rounds: Round[];
}

/**
 * 10, 100, 200 and 1,000 clients due at one second: how late their runs start, and when the last one has ended. At the edge beside bare
 * Durable Objects of the same number (`skeleton/worker.ts`), measured in turn with it: the runtime's own floor.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  const sizes = options.quick ? [10] : [10, 100, 200, 1000];
  const limitMs = options.quick ? 10_000 : 60_000;
  const cases: Case[] = [
    ...sizes.map((clients) => ({
      name: SKELETON,
      clients,
      measure: () => bareBurst(clients, { limitMs }),
      rounds: [],
    })),
    ...hosts.flatMap((kind) =>
      sizes.map((clients) => ({
        name: kind.name,
        clients,
        measure: () => burst(kind, { clients, perClient: 1 }, { limitMs }),
        rounds: [],
      })),
    ),
  ]
    .filter(({ name, clients }) => isAskedFor(`${name}, ${clients} clients`, options))
    .toSorted((a, b) => a.clients - b.clients);
  for (const line of machineLines()) console.log(line);
  const rounds = options.rounds ?? (options.quick ? 1 : 3);
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1} of ${rounds}`);
    for (const { measure, rounds: done } of cases) done.push(await measure());
  }
  printTable(
    {
      title: `Clients due at one second: how late their runs start (s), until the last has ended (s); medians of ${rounds} rounds`,
      columns: ["", "clients", "p50", "p95", "p99", "max", "last end", "not ended", "errors"],
      rows: cases.map(row),
    },
    options,
  );
  const ticks = cases.filter(({ name }) => name === edgeWithServer.name || name === SKELETON);
  printTable(
    {
      title:
        "The tick that plans them at the edge (s): until the runs stand in the database, from there until all objects are woken; the skeleton wakes its own",
      columns: ["", "clients", "planned", "woken"],
      rows: ticks.map(tickRow),
    },
    options,
  );
  for (const line of promises(cases)) console.log(line);
}

const of = (rounds: readonly Round[], read: (round: Round) => number) => median(rounds.map(read));
const p99 = (rounds: readonly Round[]) => of(rounds, ({ lags }) => percentile(lags, 0.99));
const lastEnd = (rounds: readonly Round[]) => of(rounds, ({ lastEndMs }) => lastEndMs);
const plannedMs = (rounds: readonly Round[]) => of(rounds, ({ tick }) => tick?.plannedMs ?? Number.NaN);
const wokenMs = (rounds: readonly Round[]) =>
  of(rounds, ({ tick, wokenMs: bare }) => bare ?? (tick ? tick.answeredMs - tick.plannedMs : Number.NaN));

function errorsOf(rounds: readonly Round[]): number {
  return most(
    rounds.map(({ troubles, wrong = 0 }) =>
      troubles ? troubles.busy + troubles.refused + troubles.interrupted + wrong : wrong,
    ),
  );
}

function row({ name, clients, rounds }: Case): string[] {
  const lag = (share: number) => seconds(of(rounds, ({ lags }) => percentile(lags, share)));
  return [
    name,
    figure(clients),
    ...[0.5, 0.95, 0.99, 1].map(lag),
    seconds(lastEnd(rounds)),
    figure(most(rounds.map(({ ended }) => clients - ended))),
    figure(errorsOf(rounds)),
  ];
}

function tickRow({ name, clients, rounds }: Case): string[] {
  return [name, figure(clients), seconds(plannedMs(rounds)), seconds(wokenMs(rounds))];
}

/** What is promised of the edge, each with the figure measured. */
function promises(cases: readonly Case[]): string[] {
  const rounds = (name: string, clients: number) =>
    cases.find((one) => one.name === name && one.clients === clients)?.rounds ?? [];
  const edge = (clients: number) => rounds(edgeWithServer.name, clients);
  const [ours, bare] = [edge(1000), rounds(SKELETON, 1000)];
  const every = cases.filter(({ name }) => name === edgeWithServer.name).flatMap((one) => one.rounds);
  const checks: (readonly [string, measured: number, limit: number])[] = [
    ["200 due at once start within 0.5 s (p99)", p99(edge(200)) / 1000, 0.5],
    ["200 due at once have ended within 2 s", lastEnd(edge(200)) / 1000, 2],
    ["1,000 due at once have ended within 8 s", lastEnd(ours) / 1000, 8],
    ["1,000 start at most 1.3 times later than the skeleton (p99)", p99(ours) / p99(bare), 1.3],
    ["a tick plans 1,000 within 2 s", plannedMs(ours) / 1000, 2],
    ["a tick wakes 1,000 within 1.3 times the skeleton's time", wokenMs(ours) / wokenMs(bare), 1.3],
    ["no busy database, no refused call, no interrupted run", errorsOf(every), 0],
  ];
  return [
    "",
    "At the edge:",
    ...checks
      .filter(([, measured]) => !Number.isNaN(measured))
      .map(
        ([words, measured, limit]) =>
          `  ${measured <= limit ? "holds      " : "does not   "} ${words}: ${figure(measured)}`,
      ),
  ];
}
