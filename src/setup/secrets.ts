import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseHeadersFile } from "../config/text/headers.ts";
import { splitCredentials } from "../config/text/percent.ts";
import { UserError } from "../config/user-error.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import type { SecretPlace } from "../settings/presets/answers.ts";
import type { Preset, PresetSignal } from "../settings/presets/preset.ts";
import { fieldsOf } from "../settings/presets/template.ts";
import { sha256 } from "../sha256.ts";
import type { CurrentSetup } from "./current.ts";
import type { Request } from "./request.ts";

/** Returns the path of the headers file in ccotel's folder: one for each of Claude Code's folders. */
export function ownHeadersFile({ home, settingsPath, place }: CurrentSetup): string {
  const hash = sha256(settingsPath).slice(0, 8);
  return join(home, place.env.CLAUDE_CONFIG_DIR ? `headers-${hash}` : "headers");
}

/** Throws if the path holds a file that ccotel did not write: it may contain more than ccotel knows. */
export function refuseForeignFile(
  file: { readonly path: string; readonly text: string } | undefined,
  current: CurrentSetup,
): void {
  if (file === undefined || !existsSync(file.path) || textOf(file.path) === file.text) return;
  const own = [ownHeadersFile(current), current.ownEnv.CCOTEL_HEADERS_FILE];
  if (own.includes(file.path)) return;
  throw new UserError(`${file.path} is there already and holds something else.`, {
    hint: "Name another file, or leave out the secrets to use the file as it is.",
  });
}

/**
 * Returns where to store secrets: in a file that only ccotel reads or, if native telemetry needs them, in the settings,
 * since native telemetry cannot read that file.
 */
export function secretsFor(
  { secrets }: Request,
  native: readonly PresetSignal[],
  current: CurrentSetup,
): SecretPlace {
  if (secrets === undefined && native.length > 0) return { kind: "settings" };
  if (secrets === undefined) return { kind: "file", path: ownHeadersFile(current) };
  if (secrets.kind !== "file") return secrets;
  const { path } = secrets;
  return path === undefined
    ? { kind: "file", path: ownHeadersFile(current) }
    : { kind: "file", path, isNamed: true };
}

/** Returns whether any header of the future requests is secret and will be out of native telemetry's reach. */
export function wantsSecret({ fields, headers, endpoint, secrets }: Request, preset: Preset): boolean {
  return (
    (secrets?.kind === "file" && secrets.path !== undefined) ||
    Object.keys(headers).length > 0 ||
    splitCredentials(endpoint ?? "").authorization !== undefined ||
    preset.headers.some(({ value }) => isSecret(preset, value, fields))
  );
}

/** Returns whether the file already holds every secret header of a preset, so that the user need not give any. */
export function holdsSecrets(path: string, preset: Preset): boolean {
  const parsed = parseHeadersFile(textOf(path));
  const wanted = preset.headers.filter(({ value }) => isSecret(preset, value, {}));
  return parsed.ok && wanted.every(({ name }) => parsed.value[name.toLowerCase()] !== undefined);
}

/** Returns whether a template holds a secret. An optional secret counts only if the user gave it. */
function isSecret(preset: Preset, template: string, told: Readonly<Record<string, string>>): boolean {
  return fieldsOf(template).some((name) => {
    const field = preset.fields[name];
    return field?.secret === true && (field.optional !== true || Boolean(told[name]));
  });
}

function textOf(path: string): string {
  return tryReadText(path, MAX_BYTES.settings) ?? "";
}
