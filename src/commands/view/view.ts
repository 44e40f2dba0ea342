import { join, sep } from "node:path";
import { type Input, type Run, textFlag } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { write } from "../../cli/output.ts";
import { searchOf } from "../../cli/search.ts";
import { NothingThere, UserError } from "../../config/user-error.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { toJson } from "../../printable.ts";
import { openBrowser } from "../../serve/open-browser.ts";
import { createRoutes, keyOf } from "../../serve/routes.ts";
import { startServer } from "../../serve/server.ts";
import { sessionsOf } from "../reading/history.ts";
import { pageHtml, writePage } from "./view-file.ts";
import { servedBy } from "./view-served.ts";

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;
/** The server exits after this long without a request or an open page. */
const IDLE_MS = 3_600_000;

/** Explains why the server cannot listen on the port that `--port` names. Returns any other error unchanged. */
function portFault(error: NodeJS.ErrnoException & { port?: number }): Error {
  const why = { EADDRINUSE: "is in use", EACCES: "needs more rights" }[error.code ?? ""];
  if (why === undefined) return error;
  return new UserError(`Port ${error.port} ${why}.`, {
    cause: error,
    hint: "Name another one with --port, or leave it out for a free one.",
  });
}

/** `ccotel view`: the page of one session or of all, from a server on loopback or as a file. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const list = finderOf(input.targets, io);
  const found = list();
  if (input.flags.out !== undefined) return writePage(found, input, config, io);
  if (input.flags.content === true) {
    throw new UserError("--content goes with --out: the page on this machine shows all texts anyway.");
  }
  const one = input.targets.length > 0 && found.length === 1 ? found[0] : undefined;
  const { configDir } = searchOf(io);
  // Behind one session of this machine is the list of all.
  const hasAll = one?.path.startsWith(join(configDir, "projects") + sep) === true;
  const served = hasAll
    ? servedBy(finderOf([], io), [], config, io)
    : servedBy(list, input.targets, config, io);
  const server = await startServer({
    html: pageHtml(io),
    route: createRoutes(served),
    idleMs: IDLE_MS,
    onError: (error) => write(io.stderr, `A part of the page failed: ${(error as Error).message}\n`),
    ...portOf(input),
  }).catch((error: NodeJS.ErrnoException) => {
    throw portFault(error);
  });
  const url = one === undefined ? server.url : `${server.url}#${keyOf(one)}`;
  await showAddress(url, input, io);
  const stop = () => server.close();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const why = await server.done;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  if (why === "idle") await write(io.stderr, "The page was not open for an hour, so the server stopped.\n");
  return 0;
};

/** Opens the browser, if that is wanted and possible, and prints the address. */
async function showAddress(url: string, { flags }: Input, io: Io): Promise<void> {
  const opened = flags["no-open"] !== true && io.isTerminal.stdout && openBrowser(url, process.platform);
  await write(io.stdout, flags.json === true ? toJson({ schema: SCHEMA, url }) : `${url}\n`);
  await write(
    io.stderr,
    `${opened ? "Your browser opens it. " : ""}Ctrl-C ends it. Only this machine can reach it, and only with this address.\n`,
  );
}

/** Returns a function that finds the sessions of the page, again and again: new ones may begin. */
function finderOf(targets: readonly string[], io: Io): () => FoundSession[] {
  return () => {
    try {
      return sessionsOf({ targets }, io);
    } catch (error) {
      // Neither a page nor a file can be made of nothing.
      if (error instanceof NothingThere) throw new UserError(error.message, { hint: error.hint ?? "" });
      throw error;
    }
  };
}

function portOf(input: Input): { port?: number } {
  const text = textFlag(input, "port");
  if (text === undefined) return {};
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return { port };
  throw new UserError(`--port is "${text}", but must be a number from 1 to 65535.`);
}
