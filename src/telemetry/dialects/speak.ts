import type { Span } from "../spans/span.ts";

/** What a span stands for, as far as vendors tell kinds apart. */
export type SpanRole = "chat" | "agent" | "tool" | "other";

/** What a vendor reads beyond the standard names, made from a finished span. */
export type Speak = (span: Span, role: SpanRole) => Record<string, string | number | undefined>;
