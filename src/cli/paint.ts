import { styleText } from "node:util";
import { type Paint, plain } from "../report/paint.ts";
import type { Style } from "../report/tree.ts";
import type { Io } from "./io.ts";

/** How results are drawn on this output. */
export function styleOf(io: Pick<Io, "colors" | "columns">): Style {
  return { columns: io.columns, paint: io.colors ? painted : plain };
}

/** Whether there are colours has been decided; Node must not decide it again by a stream of its own choice. */
const painted: Paint = (style, text) =>
  // Node has styleText from 20.12 on.
  style === undefined || text === "" || typeof styleText !== "function"
    ? text
    : styleText(style, text, { validateStream: false });
