import type { Input } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { createProgress } from "../../cli/progress.ts";
import { exportSessions } from "../../delivery/export/export-sessions.ts";
import type { ExportRequest, ExportResult } from "../../delivery/export/export-work.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { homeAt } from "../../state/home.ts";
import { realWorld } from "../../state/world.ts";
import { plural } from "../../units.ts";
import type { Target } from "./targets.ts";

/** Sends to one destination, and shows the progress on a terminal. */
export async function send(
  sessions: readonly FoundSession[],
  { prepared, role }: Target,
  input: Input,
  io: Io,
): Promise<ExportResult> {
  const progress = createProgress(io);
  const home = homeAt(prepared.config.home);
  const request: ExportRequest = {
    home,
    sessions: [...sessions],
    prepared,
    resend: input.flags.resend === true,
    countMetrics: input.flags.metrics === true,
    role,
    threads: { program: io.program },
    onWait: () => progress.show(0, "another ccotel process is sending; waiting up to half a minute"),
    onProgress: ({ done, total, doneBytes, totalBytes }) =>
      progress.show(doneBytes / totalBytes, `${done} of ${plural(total, "session")}`),
  };
  return exportSessions(request, { ...realWorld(home, io.env), sleep: io.sleep }).finally(() =>
    progress.clear(),
  );
}
