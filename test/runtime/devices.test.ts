import { expect, test } from "vitest";
import { withDevices } from "../../src/runtime/devices.ts";

const chain = (name: string, more: object = {}) => ({
  chain: { family: "netdev", table: "t", name, hook: "egress", ...more },
});
const json = JSON.stringify({
  nftables: [
    { metainfo: {} },
    { table: {} },
    chain("one"),
    chain("two"),
    chain("three", { dev: "eth9" }),
    chain("none"),
  ],
});
// As nft 1.0.6 prints them.
const text = `table netdev t {
	chain one {
		type filter hook egress device "eth0" priority filter; policy accept;
		ip protocol udp drop
	}

	chain two {
		type filter hook ingress devices = { eth0, p0 } priority filter; policy accept;
	}

	chain three {
		type filter hook egress device "eth1" priority filter; policy accept;
	}

	chain regular {
	}
}
`;

test("cards that the text tells come into the JSON, where it has none", () => {
  const { nftables } = JSON.parse(withDevices(json, text));
  expect(nftables.slice(2)).toEqual([
    chain("one", { dev: ["eth0"] }),
    chain("two", { dev: ["eth0", "p0"] }),
    chain("three", { dev: "eth9" }),
    chain("none"),
  ]);
});

test("a listing without such chains stays byte for byte", () => {
  expect(withDevices(json, "table inet ksp {\n}\n")).toBe(json);
});
