import type { Span } from "../spans/span.ts";

/** The kinds of spans that vendors distinguish. */
export type SpanRole = "chat" | "agent" | "tool" | "other";

/** Returns a vendor's own attributes for a finished span. */
export type Speak = (span: Span, role: SpanRole) => Record<string, string | number | undefined>;
