import type { Input } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { UserError } from "../../config/user-error.ts";
import { sendRejected } from "../../delivery/export/send-rejected.ts";
import { homeAt } from "../../state/home.ts";
import { realWorld } from "../../state/world.ts";
import { items, tell } from "./result.ts";
import { targetsOf } from "./targets.ts";

/** `ccotel export --rejected`: sends again what backends rejected. */
export async function sendAgain(input: Input, io: Io): Promise<number> {
  if (input.targets.length > 0 || input.flags.all === true || input.flags.resend === true) {
    throw new UserError("--rejected sends every rejected span, so it takes no session.", {
      hint: "Name no session with --rejected, or send one of them again with --resend.",
    });
  }
  const { targets, faults } = await targetsOf(input, io);
  const codes = [faults === 0 ? 0 : 1];
  for (const target of targets) {
    const { endpoint, prepared } = target;
    const home = homeAt(prepared.config.home);
    const result = await sendRejected(home, prepared, { ...realWorld(home, io.env), sleep: io.sleep });
    const said =
      result.sessions === 0
        ? `${endpoint} has rejected nothing.`
        : `Sent ${items(result)} that ${endpoint} had rejected before.`;
    codes.push(await tell(result, said, target, input, io));
  }
  return Math.max(...codes);
}
