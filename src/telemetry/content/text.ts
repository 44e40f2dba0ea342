import { sha256 } from "../../sha256.ts";
import { MAX_STRING_BYTES } from "../../transcript/lines.ts";
import { grouped } from "../../units.ts";
import { cut } from "../attributes.ts";
import type { ContentPolicy } from "./policy.ts";

/** A text in the form in which it may be sent: without secrets or, with `redact`, only its kind and length. */
export function sayText(policy: ContentPolicy, text: string, kind = "text", name?: string): string {
  if (policy.redact !== undefined) return lengthMarker(kind, text);
  return shortenHome(policy, withoutTornEnd(text, policy.clean(text, name)));
}

/** A path in the form in which it may be sent: with `~` for the home folder or, with `redact`, as a hash. */
export function sayPath(policy: ContentPolicy, path: string): string {
  if (policy.redact === undefined) return sayText(policy, path);
  return hashPath(policy.redact.salt, path);
}

/** 16 hex digits and the path's extension. The same path and salt give the same hash. */
export function hashPath(salt: string, path: string): string {
  const hash = sha256(`ccotel/path\u0000${salt}\u0000${path}`);
  const extension = /[^/\\.](\.[A-Za-z0-9]{1,10})$/.exec(path)?.[1] ?? "";
  return hash.slice(0, 16) + extension;
}

/** `[text, 1,234 characters]` */
export function lengthMarker(kind: string, text: string): string {
  const length = isCut(text) ? "more than 4,000" : grouped(text.length);
  return `[${kind}, ${length} ${text.length === 1 ? "character" : "characters"}]`;
}

/** The text cut to at most `maxBytes` bytes. A text that was cut ends with `…`. */
export function cutText(text: string, maxBytes: number): string {
  const kept = cut(text, maxBytes);
  return kept.length === text.length ? kept : `${cut(text, maxBytes - ELLIPSIS_BYTES)}…`;
}

const ELLIPSIS_BYTES = 3;

/**
 * Whether the transcript reader may have cut the text. The reader keeps `MAX_STRING_BYTES` bytes of the file, with JSON
 * escapes, and fewer if the last character is incomplete.
 */
function isCut(text: string): boolean {
  if (text.length * 6 < MAX_STRING_BYTES) return false;
  return Buffer.byteLength(JSON.stringify(text)) - 2 > MAX_STRING_BYTES - 8;
}

/** Tokens are shorter than this. Keys may be longer, but are recognised by their beginning. */
const LONGEST_TOKEN = 1024;

/**
 * The reader may have cut a text inside a secret, which is then not recognised. So the end of such a text is removed,
 * as much as the longest token.
 */
function withoutTornEnd(text: string, cleaned: string): string {
  if (!isCut(text)) return cleaned;
  return `${cleaned.slice(0, Math.max(cleaned.length - LONGEST_TOKEN, cleaned.length >> 1))}…`;
}

/**
 * Replaces the home folder by `~` in all its forms: with either slash, escaped, and in the name of a project's folder.
 */
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
  // Claude Code derives the name of a project's folder from its path: /home/me/shop → -home-me-shop.
  const project = home.replace(/[^A-Za-z0-9]/g, "-");
  return [
    ...forms,
    { text: project, pattern: new RegExp(`(?<=[/\\\\])${escapePattern(project)}(?![\\w.])`, "g"), by: "~" },
  ];
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
