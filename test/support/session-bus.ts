// A D-Bus session bus with a desktop, as far as notify-send needs them. It answers the client over the real protocol
// (https://dbus.freedesktop.org/doc/dbus-specification.html), with messages in little endian.

import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "./run-tool.ts";

/** A notification that a program asked the desktop to show. */
export interface Notification {
  app: string;
  summary: string;
  body: string;
}

/** Starts the bus. `address`: the value for `DBUS_SESSION_BUS_ADDRESS`. */
export async function sessionBus(): Promise<{ address: string; shown: Notification[]; close: () => void }> {
  const path = join(temporaryFolder(), "bus");
  const shown: Notification[] = [];
  const server = createServer((socket) => serve(socket, shown));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { address: `unix:path=${path}`, shown, close: () => void server.close() };
}

function serve(socket: Socket, shown: Notification[]): void {
  let held = Buffer.alloc(0);
  let isOpen = false;
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (let end = isOpen ? -1 : held.indexOf("\r\n"); end !== -1 && !isOpen; end = held.indexOf("\r\n")) {
      const line = held.subarray(0, end).toString().replace("\0", "");
      held = held.subarray(end + 2);
      if (line === "BEGIN") isOpen = true;
      else socket.write(`${answerToAuth(line)}\r\n`);
    }
    while (isOpen && held.length >= 16) {
      const fieldsEnd = 16 + held.readUInt32LE(12);
      const length = Math.ceil(fieldsEnd / 8) * 8 + held.readUInt32LE(4);
      if (held.length < length) return;
      const message = held.subarray(0, length);
      held = held.subarray(length);
      if (message[1] === CALL) socket.write(answer(message, memberOf(message, fieldsEnd), shown));
    }
  });
}

/** Accepts every client without checking its identity. */
function answerToAuth(line: string): string {
  if (line === "AUTH EXTERNAL") return "DATA";
  if (line.startsWith("AUTH EXTERNAL ") || line.startsWith("DATA")) return `OK ${"0".repeat(32)}`;
  return line.startsWith("AUTH") ? "REJECTED EXTERNAL" : "ERROR";
}

const [CALL, RETURN] = [1, 2];
const MEMBER = 3;

function memberOf(message: Buffer, end: number): string {
  const reader = readerAt(message, 16);
  while (reader.at() < end) {
    reader.align(8);
    const code = reader.byte();
    const type = reader.signature();
    const value = type === "u" ? String(reader.uint()) : type === "g" ? reader.signature() : reader.string();
    if (code === MEMBER) return value;
  }
  return "";
}

function answer(message: Buffer, member: string, shown: Notification[]): Buffer {
  switch (member) {
    case "Hello":
    case "GetNameOwner":
      return reply(message, "s", writer().string(":1.1"));
    case "NameHasOwner":
    case "StartServiceByName":
      return reply(message, member === "NameHasOwner" ? "b" : "u", writer().uint(1));
    case "GetServerInformation":
      return reply(message, "ssss", writer().string("test").string("test").string("1").string("1.2"));
    case "GetCapabilities":
    case "GetAll":
      return reply(message, member === "GetAll" ? "a{sv}" : "as", writer().uint(0).align(8));
    case "Notify": {
      const body = readerAt(message, message.length - message.readUInt32LE(4));
      const app = body.string();
      body.uint();
      body.string();
      shown.push({ app, summary: body.string(), body: body.string() });
      return reply(message, "u", writer().uint(1));
    }
    default:
      return reply(message, "", writer());
  }
}

function reply(to: Buffer, signature: string, body: ReturnType<typeof writer>): Buffer {
  const fields = writer();
  fields.align(8).byte(5).signature("u").uint(to.readUInt32LE(8));
  fields.align(8).byte(6).signature("s").string(":1.1");
  if (signature !== "") fields.align(8).byte(8).signature("g").signature(signature);
  const [content, list] = [body.done(), fields.done()];
  const head = Buffer.alloc(16);
  head.set([0x6c, RETURN, 1, 1]);
  head.writeUInt32LE(content.length, 4);
  head.writeUInt32LE(to.readUInt32LE(8), 8);
  head.writeUInt32LE(list.length, 12);
  const padding = Buffer.alloc((8 - ((16 + list.length) % 8)) % 8);
  return Buffer.concat([head, list, padding, content]);
}

function readerAt(message: Buffer, start: number) {
  let at = start;
  const align = (to: number) => {
    at = Math.ceil(at / to) * to;
  };
  const text = (length: number) => {
    const value = message.subarray(at, at + length).toString("utf8");
    at += length + 1;
    return value;
  };
  const byte = () => message.readUInt8(at++);
  const uint = () => {
    align(4);
    at += 4;
    return message.readUInt32LE(at - 4);
  };
  return { at: () => at, align, byte, uint, string: () => text(uint()), signature: () => text(byte()) };
}

function writer() {
  const bytes: number[] = [];
  const self = {
    align(to: number) {
      while (bytes.length % to !== 0) bytes.push(0);
      return self;
    },
    byte(value: number) {
      bytes.push(value);
      return self;
    },
    uint(value: number) {
      self.align(4);
      bytes.push(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
      return self;
    },
    string(value: string) {
      self.uint(Buffer.byteLength(value));
      bytes.push(...Buffer.from(value), 0);
      return self;
    },
    signature(value: string) {
      bytes.push(value.length, ...Buffer.from(value), 0);
      return self;
    },
    done: () => Buffer.from(bytes),
  };
  return self;
}
