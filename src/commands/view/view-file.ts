import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Input, textFlag } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { write } from "../../cli/output.ts";
import type { Config } from "../../config/load.ts";
import { UserError } from "../../config/user-error.ts";
import { openContent } from "../../delivery/load/content-policy.ts";
import { withPath } from "../../disk/with-path.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { toJson } from "../../printable.ts";
import { allTexts } from "../../search/texts.ts";
import { openSession } from "../../serve/open-session.ts";
import { sharedFile } from "../../serve/page-file.ts";
import { cleanedPage, cleanedTexts, type Shared } from "../../serve/share.ts";
import { auditOf, pageReading } from "./view-served.ts";

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** The built page, without any session. */
export function pageHtml(io: Io): string {
  return readFileSync(join(dirname(io.program), "page.html"), "utf8");
}

/** `ccotel view SESSION --out FILE`: writes the page of one session as a file. Returns the exit code. */
export async function writePage(
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
  const path = resolve(io.cwd, textFlag(input, "out") ?? "");
  const withContent = input.flags.content === true;
  const html = sharedFile(pageHtml(io), await sharedOf(session, { withContent }, config, io));
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

/** What the file contains of a session. `withContent`: also its texts, without secrets. */
async function sharedOf(
  session: FoundSession,
  { withContent }: { withContent: boolean },
  config: Config,
  io: Io,
): Promise<Shared> {
  const { options, costParts } = pageReading(config, withContent ? "full" : "none", io);
  const opened = openSession(session, options, costParts);
  opened.refresh();
  const shared: Shared = { page: opened.page() };
  if (shared.page.requests.length > 0)
    shared.audit = await auditOf(session, io, new AbortController().signal);
  if (!withContent) return shared;
  const { policy, problems } = await openContent({ ...config, content: "full" }, io.homeDir);
  const [problem] = problems;
  if (problem !== undefined) throw new UserError(problem.message);
  shared.page = cleanedPage(shared.page, policy.clean);
  shared.texts = cleanedTexts(allTexts(opened.paths()), policy.clean);
  return shared;
}
