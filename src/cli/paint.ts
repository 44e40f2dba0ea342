import { styleText } from "node:util";
import { type Paint, plain } from "../report/text/paint.ts";
import type { Style } from "../report/text/style.ts";
import type { Io } from "./io.ts";

/** Returns the style of results on this output. */
export function styleOf(io: Pick<Io, "colors" | "columns">): Style {
  return { columns: io.columns, paint: io.colors ? painted : plain };
}

/** `io.colors` decides about colors. Node must not decide again by its own choice of stream. */
const painted: Paint = (style, text) =>
  // Node has `styleText` since 20.12.
  style === undefined || text === "" || typeof styleText !== "function"
    ? text
    : styleText(style, text, { validateStream: false });
