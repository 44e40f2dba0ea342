import { existsSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { type Clients, findClients } from "./clients.ts";
import { dist } from "./installation.ts";

declare module "vitest" {
  interface ProvidedContext {
    clients: Clients;
  }
}

/** Vitest calls this once before the suite. */
export default function setup(project: TestProject): void {
  if (!existsSync(`${dist}/worker.cjs`)) throw new Error("There is no build: run `npm run test:client`.");
  const clients = findClients((line) => console.log(line));
  if (clients.newest === undefined) console.log("The tests with the real client are skipped.");
  project.provide("clients", clients);
}
