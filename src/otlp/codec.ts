import type { ISerializer } from "@opentelemetry/otlp-transformer";
import type { PartialSuccess } from "./response.ts";

/** How requests of one signal are written and their answers read. */
export interface Codec<Payload> {
  serializer: ISerializer<Payload, { partialSuccess?: PartialSuccess }>;
  isEmpty: (payload: Payload) => boolean;
}
