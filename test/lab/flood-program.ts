// A mixed flood from an application's point of view. Runs in the client's namespace:
// node flood-program.ts '{"seconds":…, "udp":[["192.0.2.10",9], …], "tcp":[…], "live":[…], "ping":[…]}'
// Ends by itself, or at SIGTERM, and prints what it offered.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { exit, setgid, setgroups, setuid } from "node:process";
import { floodPorts } from "./flood-ports.ts";

/** Address and port. */
export type Target = readonly [string, number];
export type FloodPlan = {
  readonly uid: number;
  readonly seconds: number;
  /** Datagrams, 250 a second each. */
  readonly udp: readonly Target[];
  /** New connections, 50 a second each. */
  readonly tcp: readonly Target[];
  /** Connections that are made at the start and written to for ever. */
  readonly live: readonly Target[];
  /** Pings, 100 a second each. */
  readonly ping: readonly string[];
};
export type Offered = { readonly datagrams: number; readonly connections: number; readonly live: number };

const plan: FloodPlan = JSON.parse(process.argv[2] ?? "");
setgroups?.([]);
setgid?.(plan.uid);
setuid?.(plan.uid);

const offered = { datagrams: 0, connections: 0, live: 0 };
let port: number = floodPorts.first;
const nextPort = (): number => {
  port = port === floodPorts.last ? floodPorts.first : port + 1;
  return port;
};

const payload = Buffer.alloc(64, "ksp");
for (const [address, number] of plan.udp) {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  socket.on("error", () => {}); // refused by a firewall: that is what is tried
  socket.bind(nextPort());
  setInterval(() => {
    offered.datagrams += 1;
    socket.send(payload, number, address, () => {});
  }, 4);
}

for (const [address, number] of plan.tcp) {
  setInterval(() => {
    offered.connections += 1;
    const socket = connect({ host: address, port: number, localPort: nextPort() });
    socket.on("error", () => {});
    socket.on("connect", () => socket.resetAndDestroy());
    socket.setTimeout(500, () => socket.destroy());
  }, 20);
}

for (const [address, number] of plan.live) {
  const socket = connect({ host: address, port: number, localPort: nextPort() });
  socket.on("error", () => {});
  socket.on("connect", () => {
    offered.live += 1;
    setInterval(() => socket.write(payload), 10);
  });
}

const pings = plan.ping.map((address) =>
  spawn("ping", ["-n", "-q", "-i", "0.01", "-w", `${plan.seconds}`, address], { stdio: "ignore" }),
);

const stop = (): void => {
  for (const ping of pings) ping.kill("SIGKILL");
  console.log(JSON.stringify(offered satisfies Offered));
  exit(0);
};
process.on("SIGTERM", stop);
setTimeout(stop, plan.seconds * 1000);
console.log("flooding");
