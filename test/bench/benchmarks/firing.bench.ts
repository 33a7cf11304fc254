import { type Burst, burst } from "../hosts/burst.ts";
import { durabilityWords } from "../hosts/durability.ts";
import { denoWithFile, denoWithServer, edgeWithServer } from "../hosts/kinds.ts";
import type { HostKind } from "../hosts/measured-host.ts";
import { installPeers, type Peer, type PeerRound, peerRound, peers, peerVersions } from "../peers/peers.ts";
import { ServerMissingError } from "../peers/servers.ts";
import { figure, least, median, most } from "../report/figures.ts";
import { machineLines } from "../report/machine.ts";
import { type BenchOptions, isAskedFor } from "../report/options.ts";
import { printTable, progress } from "../report/report.ts";

const hosts: readonly HostKind[] = [denoWithFile, denoWithServer, edgeWithServer];

/** Runs of each client: what a client has at work at once. */
const PER_CLIENT = 4;

/** What one contender did in its rounds. */
interface Results {
  readonly name: string;
  durability: string;
  readonly rounds: (PeerRound & Partial<Pick<Burst, "due" | "ended" | "wrong" | "troubles" | "busy">>)[];
  /** Why it was not measured. */
  missing?: string;
}

/**
 * Durable runs that find nothing to do, in a second: all due in one second, on each host as many as keep it at work for some seconds
 * (`HostKind.firingClients`), beside job queues with a backlog of jobs that do nothing, as many as keep them at work so long. Contenders take turns, round by round, each with a fresh database in a fresh
 * process; the table has the medians. A rate counts from the first start to the last end, so neither planning nor filling is in it.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  const sizeOf = (kind: HostKind) => ({ clients: options.quick ? 50 : kind.firingClients, perClient: PER_CLIENT });
  const limitMs = options.quick ? 10_000 : 60_000;
  const chosenHosts = hosts.filter(({ name }) => isAskedFor(name, options));
  const chosenPeers = peers.filter(({ name }) => isAskedFor(name, options));
  if (chosenPeers.length > 0) installPeers();
  const contenders = [...chosenHosts.map(hostContender), ...chosenPeers.map(peerContender)];
  const profiles: string[] = [];
  for (const line of machineLines()) console.log(line);
  if (chosenPeers.length > 0) console.log(peerVersions());

  function hostContender(kind: HostKind) {
    const results: Results = { name: `Minutehand: ${kind.name}`, durability: "", rounds: [] };
    const measure = async () => {
      const round = await burst(kind, sizeOf(kind), { limitMs, profile: options.profile });
      results.rounds.push(round);
      if (round.profile.length > 0)
        profiles.push(`\n${kind.name}, own time of functions, in which waiting for the disk counts:`, ...round.profile);
    };
    return { results, measure };
  }
  function peerContender(peer: Peer) {
    const results: Results = { name: peer.name, durability: peer.durability, rounds: [] };
    const measure = async () => {
      try {
        results.rounds.push(await peerRound(peer, options.quick ? peer.jobs / 4 : peer.jobs));
      } catch (error) {
        if (!(error instanceof ServerMissingError)) throw error;
        results.missing = error.message;
      }
    };
    return { results, measure };
  }

  for (const [index, kind] of chosenHosts.entries()) {
    const results = contenders[index]?.results;
    if (results) results.durability = await durabilityWords(kind);
  }
  const rounds = options.rounds ?? (options.quick ? 1 : 3);
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1} of ${rounds}`);
    for (const { results, measure } of contenders) if (results.missing === undefined) await measure();
  }
  printTable(
    {
      title: `Runs that find nothing to do, a second: each host's all due in one second, ${PER_CLIENT} of each client; medians of ${rounds} rounds`,
      columns: [
        "",
        "runs/s",
        "least-most",
        "CPU ms/run",
        "its server's",
        "ended",
        "errors",
        "machine busy",
        "durability",
      ],
      rows: contenders.map(({ results }) => row(results)),
    },
    options,
  );
  for (const line of profiles) console.log(line);
  for (const line of promises(contenders.map(({ results }) => results))) console.log(line);
}

/** What is promised of a file with fsync, each with the figure measured. */
function promises(results: readonly Results[]): string[] {
  const of = (name: string, read: (round: PeerRound) => number) =>
    median(results.find((one) => one.name === name)?.rounds.map(read) ?? []);
  const ours = `Minutehand: ${denoWithFile.name}`;
  const factor = of(ours, ({ rate }) => rate) / of("graphile-worker, 24 at once", ({ rate }) => rate);
  const cpu = of(ours, ({ cpuPerRun }) => cpuPerRun.host);
  return [
    ...(Number.isNaN(factor)
      ? []
      : [
          `${factor >= 1.5 ? "holds   " : "does not"} at least 1.5 times graphile-worker's rate on a file: ${figure(factor)}`,
        ]),
    ...(Number.isNaN(cpu)
      ? []
      : [`${cpu <= 0.6 ? "holds   " : "does not"} at most 0.6 ms of CPU for a run on a file: ${figure(cpu)}`]),
  ];
}

function row({ name, durability, rounds, missing }: Results): string[] {
  if (missing !== undefined) return [name, missing];
  const rates = rounds.map(({ rate }) => rate);
  const of = (read: (round: Results["rounds"][number]) => number) => figure(median(rounds.map(read)));
  const due = rounds[0]?.due;
  const errors = rounds.map(({ troubles, wrong = 0 }) =>
    troubles ? troubles.busy + troubles.refused + troubles.interrupted + wrong : 0,
  );
  return [
    name,
    figure(Math.round(median(rates))),
    `${figure(Math.round(least(rates)))}-${figure(Math.round(most(rates)))}`,
    of(({ cpuPerRun }) => cpuPerRun.host),
    of(({ cpuPerRun }) => cpuPerRun.server),
    due === undefined ? "all" : `${of(({ ended = 0 }) => ended)} of ${figure(due)}`,
    due === undefined ? "-" : figure(most(errors)),
    due === undefined ? "-" : `${of(({ busy = 0 }) => 100 * busy).split(".")[0]} %`,
    durability,
  ];
}
