import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { type Input, type Run, textFlag } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { write } from "../../cli/output.ts";
import { searchOf } from "../../cli/search.ts";
import type { Config } from "../../config/load.ts";
import { NothingThere, UserError } from "../../config/user-error.ts";
import { openContent } from "../../delivery/load/content-policy.ts";
import { withPath } from "../../disk/with-path.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { toJson } from "../../printable.ts";
import { allTexts } from "../../search/texts.ts";
import { openBrowser } from "../../serve/open-browser.ts";
import { openSession } from "../../serve/open-session.ts";
import { sharedFile } from "../../serve/page-file.ts";
import { createRoutes, keyOf } from "../../serve/routes.ts";
import { startServer } from "../../serve/server.ts";
import { cleanedPage, cleanedTexts, type Shared } from "../../serve/share.ts";
import { sessionsOf } from "../reading/history.ts";
import { auditOf, servedBy } from "./view-served.ts";

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
  const out = textFlag(input, "out");
  if (out !== undefined) return writeFile(resolve(io.cwd, out), found, input, config, io);
  if (input.flags.content === true) {
    throw new UserError("--content goes with --out: the page on this machine shows all texts anyway.");
  }
  const isOne = input.targets.length > 0 && found.length === 1;
  const { configDir } = searchOf(io);
  // Behind one session of this machine is the list of all.
  const hasAll = isOne && found[0]?.path.startsWith(join(configDir, "projects") + sep) === true;
  const served = hasAll
    ? servedBy(finderOf([], io), config, "full", io, [])
    : servedBy(list, config, "full", io, input.targets);
  const server = await startServer({
    html: pageHtml(io),
    route: createRoutes(served),
    idleMs: IDLE_MS,
    onError: (error) => write(io.stderr, `A part of the page failed: ${(error as Error).message}\n`),
    ...portOf(input),
  }).catch((error: NodeJS.ErrnoException) => {
    throw portFault(error);
  });
  const url = isOne ? `${server.url}#${keyOf(found[0] as FoundSession)}` : server.url;
  const opened =
    input.flags["no-open"] !== true && io.isTerminal.stdout && openBrowser(url, process.platform);
  const isJson = input.flags.json === true;
  await write(io.stdout, isJson ? toJson({ schema: SCHEMA, url }) : `${url}\n`);
  await write(
    io.stderr,
    `${opened ? "Your browser opens it. " : ""}Ctrl-C ends it. Only this machine can reach it, and only with this address.\n`,
  );
  const stop = () => server.close();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const why = await server.done;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  if (why === "idle") await write(io.stderr, "The page was not open for an hour, so the server stopped.\n");
  return 0;
};

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

function pageHtml(io: Io): string {
  return readFileSync(join(dirname(io.program), "page.html"), "utf8");
}

function portOf(input: Input): { port?: number } {
  const text = textFlag(input, "port");
  if (text === undefined) return {};
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return { port };
  throw new UserError(`--port is "${text}", but must be a number from 1 to 65535.`);
}

async function writeFile(
  path: string,
  found: readonly FoundSession[],
  input: Input,
  config: Config,
  io: Io,
): Promise<number> {
  const [session] = found;
  if (session === undefined || found.length > 1 || input.targets.length === 0) {
    throw new UserError("--out writes the page of one session, so name one.", {
      hint: "ccotel view SESSION --out session.html",
    });
  }
  const withContent = input.flags.content === true;
  const { options, costParts } = servedBy(
    () => [session],
    config,
    withContent ? "full" : "none",
    io,
    input.targets,
  );
  const opened = openSession(session, options, costParts);
  opened.refresh();
  const shared: Shared = { page: opened.page() };
  if (shared.page.requests.length > 0)
    shared.audit = await auditOf(session, io, new AbortController().signal);
  if (withContent) {
    const { policy, problems } = await openContent({ ...config, content: "full" }, io.homeDir);
    const [problem] = problems;
    if (problem !== undefined) throw new UserError(problem.message);
    shared.page = cleanedPage(shared.page, policy.clean);
    shared.texts = cleanedTexts(allTexts(opened.paths()), policy.clean);
  }
  const html = sharedFile(pageHtml(io), shared);
  withPath(path, () => writeFileSync(path, html, { mode: 0o600 }));
  const bytes = Buffer.byteLength(html);
  await write(io.stdout, input.flags.json === true ? toJson({ schema: SCHEMA, path, bytes }) : `${path}\n`);
  await write(
    io.stderr,
    withContent
      ? "It holds what was said in the session, with secrets removed as far as they are recognised. Look through it before you share it.\n"
      : "It holds names, numbers and times, and no text of the session.\n",
  );
  return 0;
}
