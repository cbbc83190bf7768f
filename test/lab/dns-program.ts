// Names in their shortest form. `serve ANSWER HOST…` answers every question to these addresses of its own;
// `ask HOST` prints the answer.
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { exit } from "node:process";

const [, , verb, address = "", ...hosts] = process.argv;
const port = 53;
const question = Buffer.from("126701000001000000000000" + "03777777076578616d706c6500" + "00010001", "hex");

/** The question back, with one answer of type A. */
const answer = (asked: Buffer): Buffer => {
  const head = Buffer.from(asked);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 6);
  return Buffer.concat([
    head,
    Buffer.from("c00c00010001000000010004", "hex"),
    Buffer.from(address.split(".").map(Number)),
  ]);
};

const open = (type: "udp4" | "udp6"): Socket => createSocket({ type, reuseAddr: true });

if (verb === "serve") {
  // An answer must leave by the address that was asked: the socket hears one address alone.
  for (const at of hosts) {
    const socket = open(isIPv6(at) ? "udp6" : "udp4");
    socket.on("message", (asked, from) => socket.send(answer(asked), from.port, from.address, () => {}));
    socket.bind(port, at);
    socket.on("listening", () => console.log("listening"));
  }
} else {
  const socket = open(isIPv6(address) ? "udp6" : "udp4");
  const again = (): void => socket.send(question, () => {});
  socket.on("error", () => exit(1));
  socket.on("message", (reply) => {
    console.log(reply.subarray(-4).join("."));
    exit(0);
  });
  // Connected: an answer counts only from where it was asked.
  socket.connect(port, address, () => {
    again();
    setInterval(again, 200);
  });
  setTimeout(() => exit(1), 900);
}
