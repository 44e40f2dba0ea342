import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { type ResourceFacts, resourceAttributes } from "./resource.ts";

/** The resource of each client version, one object for all of its items: the serializers group by identity. */
export function createResources(facts: ResourceFacts): (clientVersion: string | undefined) => Resource {
  const resources = new Map<string | undefined, Resource>();
  return (clientVersion) => {
    const known = resources.get(clientVersion);
    if (known !== undefined) return known;
    const resource = resourceFromAttributes(resourceAttributes(facts, clientVersion));
    resources.set(clientVersion, resource);
    return resource;
  };
}
