// A container that kills every process when its last command exits: a Linux process namespace.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import type { Client } from "../client/support/clients.ts";
import { dist } from "../client/support/installation.ts";
import { createSetupLab, spanNames } from "./support/setup-lab.ts";

const client = inject("clients").newest as Client;
const container = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c"] as const;
const hasContainers = spawnSync(container[0], [...container.slice(1), "true"]).status === 0;
if (!hasContainers) console.log("There are no process namespaces here: containers are not tried.");

describe.skipIf(client === undefined || !hasContainers)("a job in a container", () => {
  test("delivers everything with the export at its end, in the job's own trace", async () => {
    const lab = await createSetupLab(client);
    const endpoint = ["--endpoint", lab.backend.url];
    await lab.ccotel("configure", "--preset", "otel-collector", ...endpoint, "--yes", "--no-check");
    const job = "0af7651916cd43dd8448eb211c80319c";
    lab.env.TRACEPARENT = `00-${job}-b7ad6b7169203331-01`;
    const ccotel = `'${process.execPath}' '${join(dist, "ccotel.cjs")}'`;
    const script = `'${client.bin}' -p Hello </dev/null >/dev/null; ${ccotel} export --all`;
    const { code, stderr } = await lab.run(container[0], [...container.slice(1), script]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });

    expect(spanNames(lab.arrived)).toEqual(
      expect.arrayContaining([
        "claude_code.session",
        "invoke_agent claude-code",
        "claude_code.session.summary",
      ]),
    );
    expect(new Set(lab.arrived.spans.map(({ traceId }) => traceId))).toEqual(new Set([job]));
    const ids = lab.arrived.spans.map(({ spanId }) => spanId);
    expect(ids.length).toBe(new Set(ids).size);
  });
});
