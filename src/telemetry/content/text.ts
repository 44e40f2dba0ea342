import { createHash } from "node:crypto";
import { MAX_STRING_BYTES } from "../../transcript/lines.ts";
import { cut } from "../attributes.ts";
import type { ContentPolicy } from "./policy.ts";

/** A text as it may leave: whole, with its secrets removed, or only its kind and length. */
export function sayText(policy: ContentPolicy, text: string, kind = "text", name?: string): string {
  if (policy.redact !== undefined) return lengthMarker(kind, text);
  return shortenHome(policy, withoutTornEnd(text, policy.clean(text, name)));
}

/** A path as it may leave: below `~`, or a hash that is the same for the same path on this installation. */
export function sayPath(policy: ContentPolicy, path: string): string {
  if (policy.redact === undefined) return sayText(policy, path);
  return hashPath(policy.redact.salt, path);
}

/** A path as a hash with its extension: the same for the same path and salt. */
export function hashPath(salt: string, path: string): string {
  const hash = createHash("sha256").update(`ccotel/path\u0000${salt}\u0000${path}`).digest("hex");
  const extension = /[^/\\.](\.[A-Za-z0-9]{1,10})$/.exec(path)?.[1] ?? "";
  return hash.slice(0, 16) + extension;
}

/** `[text, 1,234 characters]` */
export function lengthMarker(kind: string, text: string): string {
  const length = isCut(text) ? "more than 4,000" : count(text.length);
  return `[${kind}, ${length} ${text.length === 1 ? "character" : "characters"}]`;
}

/** `12,345`, wherever in the world this runs. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** At most so many bytes; what is cut says so. */
export function cutText(text: string, maxBytes: number): string {
  const kept = cut(text, maxBytes);
  return kept.length === text.length ? kept : `${cut(text, maxBytes - ELLIPSIS_BYTES)}…`;
}

const ELLIPSIS_BYTES = 3;

/**
 * Whether the reader may have cut the text: it keeps so many bytes as they stand in the file, escapes included, and
 * steps back over half a character.
 */
function isCut(text: string): boolean {
  if (text.length * 6 < MAX_STRING_BYTES) return false;
  return Buffer.byteLength(JSON.stringify(text)) - 2 > MAX_STRING_BYTES - 8;
}

/** Tokens are shorter than this, keys are known by how they begin. */
const LONGEST_TOKEN = 1024;

/**
 * A secret that the reader's cut has torn is not recognised as one. So a text that was cut loses its end too: as much of
 * it as a token can be long.
 */
function withoutTornEnd(text: string, cleaned: string): string {
  if (!isCut(text)) return cleaned;
  return `${cleaned.slice(0, Math.max(cleaned.length - LONGEST_TOKEN, cleaned.length >> 1))}…`;
}

/** The home folder in all ways in which it is written: with either slash, escaped, and as the name of a project. */
function shortenHome({ homeDir }: ContentPolicy, text: string): string {
  if (homeDir === undefined || homeDir.length < 3) return text;
  let out = text;
  for (const form of homeForms(homeDir)) {
    if (out.includes(form.text)) out = out.replace(form.pattern, form.by);
  }
  return out;
}

interface HomeForm {
  text: string;
  pattern: RegExp;
  by: string;
}

let known: { homeDir: string; forms: HomeForm[] } | undefined;

function homeForms(homeDir: string): HomeForm[] {
  if (known?.homeDir !== homeDir) known = { homeDir, forms: makeHomeForms(homeDir.replace(/[/\\]+$/, "")) };
  return known.forms;
}

function makeHomeForms(home: string): HomeForm[] {
  const paths = [home, home.replaceAll("\\", "\\\\"), home.replaceAll("\\", "/")];
  const forms = [...new Set(paths)].map((text) => ({
    text,
    pattern: new RegExp(`${escapePattern(text)}(?![\\w.-])`, "g"),
    by: "~",
  }));
  // Claude Code names a project's folder after its path: /home/me/shop → -home-me-shop.
  const project = home.replace(/[^A-Za-z0-9]/g, "-");
  return [
    ...forms,
    { text: project, pattern: new RegExp(`(?<=[/\\\\])${escapePattern(project)}(?![\\w.])`, "g"), by: "~" },
  ];
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
