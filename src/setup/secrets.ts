import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseHeadersFile } from "../config/text/headers.ts";
import { splitCredentials } from "../config/text/percent.ts";
import { UserError } from "../config/user-error.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import type { SecretPlace } from "../settings/presets/answers.ts";
import type { Preset, PresetSignal } from "../settings/presets/preset.ts";
import { fieldsOf } from "../settings/presets/template.ts";
import type { Standing } from "./current.ts";
import type { Request } from "./request.ts";

/** The file for headers in ccotel's own folder, one for each folder of Claude Code's. */
export function ownHeadersFile({ home, settingsPath, place }: Standing): string {
  const hash = createHash("sha256").update(settingsPath).digest("hex").slice(0, 8);
  return join(home, place.env.CLAUDE_CONFIG_DIR ? `headers-${hash}` : "headers");
}

/** A file of somebody else's, which may hold more than we know of, is not written over. */
export function refuseForeignFile(
  file: { readonly path: string; readonly text: string } | undefined,
  standing: Standing,
): void {
  if (file === undefined || !existsSync(file.path) || textOf(file.path) === file.text) return;
  const own = [ownHeadersFile(standing), standing.ownEnv.CCOTEL_HEADERS_FILE];
  if (own.includes(file.path)) return;
  throw new UserError(`${file.path} is there already and holds something else.`, {
    hint: "Name another file, or leave out the secrets to use the file as it is.",
  });
}

/** Where secrets go: a file that ccotel alone reads, unless native telemetry, which cannot read it, needs them too. */
export function secretsFor(
  { secrets }: Request,
  native: readonly PresetSignal[],
  standing: Standing,
): SecretPlace {
  if (secrets === undefined && native.length > 0) return { kind: "settings" };
  if (secrets === undefined || (secrets.kind === "file" && secrets.path === undefined)) {
    return { kind: "file", path: ownHeadersFile(standing) };
  }
  return secrets as SecretPlace;
}

/** Whether any header of the requests to come is secret. */
export function wantsSecret({ fields, headers, endpoint }: Request, preset: Preset): boolean {
  return (
    Object.keys(headers).length > 0 ||
    splitCredentials(endpoint ?? "").authorization !== undefined ||
    preset.headers.some(({ value }) => isSecret(preset, value, fields))
  );
}

/** Whether the file holds every secret header of a preset already, so that none has to be told. */
export function holdsSecrets(path: string, preset: Preset): boolean {
  const parsed = parseHeadersFile(textOf(path));
  const wanted = preset.headers.filter(({ value }) => isSecret(preset, value, {}));
  return parsed.ok && wanted.every(({ name }) => parsed.value[name.toLowerCase()] !== undefined);
}

/** A secret that may be left out counts only where it was told. */
function isSecret(preset: Preset, template: string, told: Readonly<Record<string, string>>): boolean {
  return fieldsOf(template).some((name) => {
    const field = preset.fields[name];
    return field?.secret === true && (field.optional !== true || Boolean(told[name]));
  });
}

function textOf(path: string): string {
  return tryReadText(path, MAX_BYTES.settings) ?? "";
}
