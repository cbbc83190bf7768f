import { test } from "vitest";
import { constant } from "../../../src/net/parse-net.ts";
import { ports } from "../../../src/net/port-set.ts";
import { hopsInOrder } from "../../../src/proof/properties/hops-in-order.ts";
import { expectClean, home } from "../../checks/helper.ts";
import { card, everywhere, expectBroken, opened } from "./broken.ts";

test("the server of the second hop, past the first", () => {
  const past = opened("out", { outInterface: everywhere, transport: { kind: "udp", destinationPorts: ports(51820) } });
  expectBroken(
    hopsInOrder,
    "two-hops",
    "down",
    past,
    "out on eth0 from 192.168.1.2 40000 to 203.0.113.9 udp 51820 user 1000 mark 0x2 new",
  );
});

test("an application uses the first hop", () => {
  const early = opened("out", { outInterface: card("wg0"), destination: { set: constant("192.0.2.0/24") } });
  expectBroken(
    hopsInOrder,
    "two-hops",
    "hop1",
    early,
    "out on wg0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  );
});

test("a hop is used while the one before it is not proved", () => {
  const behind = opened("out", { outInterface: card("wg1"), transport: { kind: "tcp" } });
  expectBroken(
    hopsInOrder,
    "two-hops",
    "down",
    behind,
    "out on wg1 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  );
});

test("an application uses the only hop before it is proved", () => {
  const early = opened("out", { outInterface: card("wg0"), transport: { kind: "tcp" } });
  expectBroken(
    hopsInOrder,
    "home-wireguard",
    "down",
    early,
    "out on wg0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  );
});

test("clients are led into a tunnel that is not proved", () => {
  const early = opened("forward", { outInterface: card("wg0"), transport: { kind: "tcp" } });
  expectBroken(
    hopsInOrder,
    "gateway",
    "down",
    early,
    "forward from eth0 to wg0 from 192.168.1.2 40000 (elsewhere) to 192.0.2.1 tcp 443 new",
  );
});

test("what an exemption forwards from anywhere is answered", () => {
  expectClean(home({ more: "allow forward from 192.168.50.0/24 to 203.0.113.0/24 tcp 443" }));
});
