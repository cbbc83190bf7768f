import { type Lab, withLab } from "../lab/lab.ts";
import { gateway, home, internet, resolver } from "../lab/line.ts";
import type { Vpn } from "../lab/vpn.ts";
import { homeWireguard } from "../lab/wireguard.ts";

/** Nobody declares these resolvers: who answers for them was asked in their place. */
const public4 = "8.8.8.8";
const public6 = "2001:4860:4860::8888";
const forwarded = 51_413;

const answering = (words: string) => `require("node:net").createServer((s) => s.on("error", () => {}).end("${words}"))
.listen(${forwarded}, "0.0.0.0", () => console.log("listening"))`;

/** What a connection from a place to the forwarded port is told, or nothing. */
export const told = async (lab: Lab, from: "server" | "router", address: string): Promise<string | undefined> => {
  const program = `require("node:net").connect(${forwarded}, "${address}").on("error", () => process.exit(1))
.on("data", (words) => { console.log(String(words)); process.exit(0); }); setTimeout(() => process.exit(1), 800);`;
  const { status, stdout } = await lab[from].exec([process.execPath, "-e", program]);
  return status === 0 ? stdout.trim() : undefined;
};

/** How rules come into the gateway. */
export interface Rules {
  readonly load: (lab: Lab) => Promise<unknown>;
  readonly go: (lab: Lab, state: string) => Promise<unknown>;
}
export type Gateway = { readonly lab: Lab; readonly vpn: Vpn; readonly go: (state: string) => Promise<unknown> };

/** A gateway with a machine at home behind it; the tunnel is there, and its resolver answers. */
export const withGateway = ({ load, go }: Rules, body: (gateway: Gateway) => Promise<void>): Promise<void> =>
  withLab(async (lab) => {
    await lab.forwarding();
    await load(lab);
    const vpn = await lab.wireguard(homeWireguard);
    await lab.answerInside("10.64.0.1", "fd64::1");
    await (await lab.home.spawn([process.execPath, "-e", answering("home")])).until("listening");
    await vpn.start();
    if (!(await lab.probe(vpn))) throw new Error("no probe came through");
    await body({ lab, vpn, go: (state) => go(lab, state) });
  });

/** Everything that a machine at home, and its gateway for it, must not show to the LAN. */
export const inClear = `host ${home.ipv4} or host ${home.ipv6} or host ${internet.ipv4} or host ${internet.ipv6} or port 53`;
export const tries = [
  { by: home.interface, from: home.ipv4, to: internet.ipv4, times: 20 },
  { by: home.interface, from: home.ipv6, to: internet.ipv6, times: 20 },
] as const;

/** Who is asked for a name, and by whom: none of these resolvers is declared. */
export const asked = [
  ["client", public4],
  ["client", public6],
  ["home", public4],
  ["home", public6],
  ["home", resolver.ipv4],
  ["client", gateway.ipv4],
] as const;
export const answers = (lab: Lab): Promise<readonly (string | undefined)[]> =>
  Promise.all(asked.map(([from, of]) => lab.ask(from, of)));
