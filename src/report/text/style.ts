import type { Paint } from "./paint.ts";

/** How to draw: width in terminal columns, and colours. */
export interface Style {
  /** Infinite for pipes, where nothing is cut. */
  columns: number;
  paint: Paint;
}

/** In wider lines, what belongs together is too far apart to read, however wide the terminal is. */
export const MAX_COLUMNS = 120;
