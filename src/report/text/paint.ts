/** Colours a text, or returns it unchanged if colours are off. */
export type Paint = (style: PaintStyle | undefined, text: string) => string;

export type PaintStyle = "bold" | "dim" | "red" | "green";

/** Paints nothing, for output without colours. */
export const plain: Paint = (_, text) => text;
