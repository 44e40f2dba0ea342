import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { type ResourceFacts, resourceAttributes } from "./resource.ts";
import { CORE_SCHEMA_URL } from "./schema-url.ts";

/**
 * Returns a function that gives the resource of a client version, always the same object: serializers group by
 * identity.
 */
export function createResources(facts: ResourceFacts): (clientVersion: string | undefined) => Resource {
  const resources = new Map<string | undefined, Resource>();
  return (clientVersion) => {
    const known = resources.get(clientVersion);
    if (known !== undefined) return known;
    const resource = resourceFromAttributes(resourceAttributes(facts, clientVersion), {
      schemaUrl: CORE_SCHEMA_URL,
    });
    resources.set(clientVersion, resource);
    return resource;
  };
}
