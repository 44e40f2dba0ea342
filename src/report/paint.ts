/** Colours a text, or leaves it as it is where there are no colours. */
export type Paint = (style: PaintStyle | undefined, text: string) => string;

export type PaintStyle = "bold" | "dim" | "red" | "green";

export const plain: Paint = (_, text) => text;
