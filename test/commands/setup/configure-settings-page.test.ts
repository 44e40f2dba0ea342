import { expect, it } from "vitest";
import { globalOptions, type Option, showValue, signalOptions } from "../../../src/config/options/options.ts";
import { signals } from "../../../src/config/signals.ts";
import { markdownTable } from "../../support/markdown-table.ts";

// `npx vitest run test/commands/setup/configure-settings-page.test.ts -u` updates the page.
it("docs/reference/settings.md matches the option table", async () => {
  await expect(page()).toMatchFileSnapshot("../../../docs/reference/settings.md");
});

function page(): string {
  return `# Settings

Every setting of ccotel, generated from the table that the program reads.
\`ccotel status\` shows the value that is in effect on a machine, and where it comes from.

The first place that has a value wins:

1. a flag of the command, such as \`--endpoint\`;
2. \`CCOTEL_*\` in the environment, for commands that you run by hand;
3. \`OTEL_*\` in the environment, for the same commands;
4. the \`env\` block of the administrator's \`managed-settings.json\`;
5. the \`env\` block of your own \`settings.json\` (\`~/.claude\`, or \`CLAUDE_CONFIG_DIR\`), \`CCOTEL_*\` before \`OTEL_*\`;
6. the default.

ccotel does not read a project's settings, so a cloned repository cannot redirect telemetry.
For the same reason the hooks and the background worker take no setting from a session's environment, into which Claude Code copies the \`env\` block of the project's settings.
They use your \`settings.json\`, and the proxies, \`NODE_EXTRA_CA_CERTS\` and \`PATH\` that \`ccotel configure\` found; run \`configure\` again when these change.
If a value is invalid, ccotel reports an error (\`ccotel doctor\` names it) and does not fall back to the next place.

Names in the first column are variables of the environment or of the \`env\` block; names with \`--\` are flags.

## General

${table(globalOptions)}
## Sending

Each signal can have its own value: \`CCOTEL_TRACES_ENDPOINT\` takes precedence over \`CCOTEL_ENDPOINT\`, and so on.
\`{SIGNAL_}\` in a name stands for ${signalPrefixes()} or nothing.

${table(signalOptions)}`;
}

/** The prefixes for one signal that a name may have, as a text. */
function signalPrefixes(): string {
  return signals.map((signal) => `\`${signal.toUpperCase()}_\``).join(", ");
}

function table(options: object): string {
  const rows = Object.values(options as Record<string, Option<unknown>>).map(row);
  return `${markdownTable([["setting", "values", "default", "meaning"], ...rows])}\n`;
}

function row(option: Option<unknown>): string[] {
  const names = option.env.map((name) => `\`${name}\``);
  const flag = option.flag === undefined ? [] : [`\`--${option.flag}\``];
  const usual = option.defaultText ?? showValue(option, option.default);
  const secret = option.secret ? " Secret: ccotel shows it masked." : "";
  return [[...names, ...flag].join("<br>"), option.takes, usual, `${option.meaning}${secret}`];
}
