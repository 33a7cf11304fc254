/** One of the demo's two clients. */
export interface DemoClient {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly timeZone: string;
  /** Default locale. */
  readonly locale: string;
  /** The other language that its people speak. */
  readonly otherLocale: string;
  readonly host: string;
  /** Setting `mailMonitorStaggeringAmount`: mails of one run; undefined: each run sends what it made. */
  readonly staggering?: number;
  /** A trial client's mails all go there. */
  readonly redirectTo: string | null;
  readonly deletionMode: "anonymise" | "remove";
}

export const demoClients: readonly DemoClient[] = [
  {
    id: 1,
    key: "north",
    name: "North Academy",
    timeZone: "Europe/Berlin",
    locale: "de",
    otherLocale: "en",
    host: "north.example",
    staggering: 25,
    redirectTo: null,
    deletionMode: "anonymise",
  },
  {
    id: 2,
    key: "south",
    name: "South Academy",
    timeZone: "America/Sao_Paulo",
    locale: "en",
    otherLocale: "de",
    host: "south.example",
    redirectTo: "trial@south.example",
    deletionMode: "remove",
  },
];
