import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The fields of Slack's incoming webhooks that alertmanager.yaml uses. */
export interface SlackMessage {
  attachments: {
    title: string;
    text: string;
    color: string;
    title_link: string;
    fallback: string;
    pretext?: string;
  }[];
}

/** Starts a server on this machine that accepts messages as Slack does. */
export async function startSlack() {
  const messages: SlackMessage[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      messages.push(JSON.parse(body) as SlackMessage);
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T0/B0/secret`,
    messages,
    output: () => JSON.stringify(messages),
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
