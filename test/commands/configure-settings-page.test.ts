import { expect, it } from "vitest";
import { globalOptions, type Option, showValue, signalOptions } from "../../src/config/options.ts";

// `npx vitest run test/commands/configure-settings-page.test.ts -u` writes the page anew.
it("docs/reference/settings.md says what the option table says", async () => {
  await expect(page()).toMatchFileSnapshot("../../docs/reference/settings.md");
});

function page(): string {
  return `# Settings

Every setting of ccotel, from the table that the program itself reads; a test keeps this page and the table the same.
\`ccotel status\` shows what is in effect on a machine, and where each value comes from.

A value is looked for in this order, and the first place that has one wins:

1. a flag of the command, such as \`--endpoint\`;
2. \`CCOTEL_*\` in the environment, for commands that you run by hand;
3. \`OTEL_*\` in the environment, for the same;
4. the \`env\` block of the administrator's \`managed-settings.json\`;
5. the \`env\` block of your own \`settings.json\` (\`~/.claude\`, or \`CLAUDE_CONFIG_DIR\`), \`CCOTEL_*\` before \`OTEL_*\`;
6. the default.

A project's settings are not read: a cloned repository must not say where telemetry goes.
For the same reason the hooks and the background worker take no setting from the environment of a session: Claude Code puts the \`env\` block of a project's settings there, above everything else.
What counts for them is your \`settings.json\`, and the proxies, \`NODE_EXTRA_CA_CERTS\` and \`PATH\` that \`ccotel configure\` found where it ran; run it again when these change.
A value that cannot be used is never passed over in favour of a lower place: it is an error that \`ccotel doctor\` names.

## About everything

${sections(globalOptions)}
## About sending

Traces and metrics may each have their own value: \`CCOTEL_TRACES_ENDPOINT\` goes before \`CCOTEL_ENDPOINT\`, and so on for every name with \`{SIGNAL_}\` in it, where that is \`TRACES_\`, \`METRICS_\` or nothing.

${sections(signalOptions)}`;
}

function sections(table: object): string {
  return Object.entries(table as Record<string, Option<unknown>>)
    .map(([key, option]) => `${section(key, option)}\n`)
    .join("\n");
}

function section(key: string, option: Option<unknown>): string {
  const names = option.env.map((name) => `\`${name}\``).join(", ");
  const flag = option.flag === undefined ? "" : ` Flag: \`--${option.flag}\`.`;
  const usual = option.defaultText ?? showValue(option, option.default);
  const secret = option.secret ? " A secret: it is shown masked." : "";
  return [
    `### ${key}`,
    "",
    option.meaning,
    `It takes ${option.takes}; the default is ${usual}.${secret}`,
    `Set by ${names}.${flag}`,
  ].join("\n");
}
