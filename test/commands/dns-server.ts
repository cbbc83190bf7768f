import { createSocket } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { parseAddress } from "../../src/net/address.ts";

/** What a name answers: addresses of both families, or a code of RFC 1035 4.1.1. */
export type Records = Readonly<Record<string, readonly string[] | number>>;

/** A DNS server on a port of its own, gone after the test. What it does not know does not exist. */
export async function dnsServer(records: Records): Promise<string> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.on("message", (question, { port, address }) => socket.send(reply(question, records), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return `127.0.0.1:${socket.address().port}`;
}

const [noError, noSuchName] = [0, 3];
const types = { 1: "ipv4", 28: "ipv6" } as const;

function reply(question: Buffer, records: Records): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at]; length; length = question[at]) {
    labels.push(question.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const asked = question.readUInt16BE(at + 1);
  const found = records[labels.join(".")] ?? noSuchName;
  const family = asked === 1 || asked === 28 ? types[asked] : undefined;
  const values = typeof found === "number" ? [] : found.flatMap((text) => parseAddress(text) ?? []);
  const answers = values
    .filter((value) => value.family === family)
    .map(({ value }) => {
      const data = Buffer.from(value.toString(16).padStart(family === "ipv4" ? 8 : 32, "0"), "hex");
      // A pointer to the name, type, class IN, a minute to live, the address.
      return Buffer.from([0xc0, 12, 0, asked, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]);
    });
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | (typeof found === "number" ? found : noError), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  return Buffer.concat([head, question.subarray(12, at + 5), ...answers]);
}
