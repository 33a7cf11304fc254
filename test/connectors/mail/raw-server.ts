import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What to say to a command: text (CR LF is added; null: hang up), or one text for each time it is given. */
export type Answer = string | null | readonly (string | null)[];

/** A server that says what a test tells it to, right or wrong. */
export interface RawServer {
  readonly port: number;
  /** Every line it was sent, connection by connection. Mail content is left out. */
  readonly said: string[][];
  /** Every mail it was handed, as it came, without the final dot. */
  readonly mails: string[];
  /** Closes the open connections. */
  hangUp(): void;
}

const usual: Readonly<Record<string, Answer>> = {
  greeting: "220 raw.example ESMTP",
  EHLO: "250-raw.example\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME",
  AUTH: "235 2.7.0 Welcome",
  MAIL: "250 2.1.0 Ok",
  RCPT: "250 2.1.5 Ok",
  DATA: "354 Go on",
  ".": "250 2.0.0 Ok: queued as 4F2A",
  RSET: "250 2.0.0 Ok",
  QUIT: "221 2.0.0 Bye",
};

/** Starts a TCP server that answers by `answers`, and as usual where they say nothing. */
export async function rawServer(answers: Readonly<Record<string, Answer>> = {}): Promise<RawServer> {
  const said: string[][] = [];
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  const times = new Map<string, number>();

  const answerTo = (command: string): string | null => {
    const answer = answers[command] ?? (command in answers ? null : (usual[command] ?? "500 What?"));
    if (answer === null || typeof answer === "string") return answer;
    const time = times.get(command) ?? 0;
    times.set(command, time + 1);
    return answer[Math.min(time, answer.length - 1)] ?? null;
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    const lines: string[] = [];
    said.push(lines);
    let unread = "";
    let content: string[] | null = null;
    const say = (command: string) => {
      const answer = answerTo(command);
      if (answer === null) socket.destroy();
      else socket.write(`${answer}\r\n`);
      return answer;
    };
    socket.on("data", (chunk) => {
      unread += chunk.toString("utf8");
      for (let end = unread.indexOf("\r\n"); end >= 0; end = unread.indexOf("\r\n")) {
        const line = unread.slice(0, end);
        unread = unread.slice(end + 2);
        if (content === null) {
          lines.push(line);
          const verb = line.split(" ")[0]?.toUpperCase() ?? "";
          const known = verb in usual || verb in answers ? verb : "other";
          if (say(known)?.startsWith("354")) content = [];
        } else if (line === ".") {
          mails.push(content.join("\r\n"));
          content = null;
          say(".");
        } else {
          content.push(line);
        }
      }
    });
    say("greeting");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(async () => {
    hangUp();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, said, mails, hangUp };
}
