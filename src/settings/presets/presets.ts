/** All presets, and how to find one by its name or by an address. */

import { nearest } from "../../config/text/nearest.ts";
import { LLM_PLATFORMS } from "./llm-platforms.ts";
import type { Preset } from "./preset.ts";
import { SELF_HOSTED } from "./self-hosted.ts";
import { VENDORS } from "./vendors.ts";

export const PRESETS: readonly Preset[] = [...SELF_HOSTED, ...VENDORS, ...LLM_PLATFORMS];

export const PRESET_NAMES: readonly string[] = PRESETS.map((preset) => preset.name);

type FoundPreset =
  | { readonly kind: "found"; readonly preset: Preset }
  | { readonly kind: "unknown"; readonly suggestion: string | undefined };

/** Returns the preset of this name in any case, else the name that the user probably meant. */
export function findPreset(name: string): FoundPreset {
  const wanted = name.trim().toLowerCase();
  const preset = PRESETS.find((candidate) => candidate.name === wanted);
  return preset ? { kind: "found", preset } : { kind: "unknown", suggestion: nearest(wanted, PRESET_NAMES) };
}

/** Returns the hosted backend that an address belongs to, by its domain. Returns undefined for a self-hosted one. */
export function presetOfEndpoint(endpoint: string): Preset | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const { hostname } = new URL(endpoint);
  return PRESETS.find((preset) =>
    preset.domains?.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`)),
  );
}
