import { describe, expect, test } from "vitest";
import { formatRange } from "../../../src/net/address-set.ts";
import { constant } from "../../../src/net/parse-net.ts";
import { cut, judgeRoutes, parseGets, parseRoutes, type Route, type Way } from "../../../src/runtime/probes/routes.ts";

const route = (text: string, device: string, isConnected = false): Route => {
  const [range] = constant(text);
  if (!range) throw new Error(text);
  return { range, device, isConnected };
};
const everything = constant("0.0.0.0/0", "::/0");
const ipv4 = constant("0.0.0.0/0");
const server = constant("198.51.100.7");

/** The longest route wins, as in a kernel without rules. */
const waysOf = (watched: typeof ipv4, routes: readonly Route[]): readonly Way[] =>
  cut(watched, routes).map((range) => {
    const over = routes.filter(
      (r) => r.range.family === range.family && r.range.first <= range.first && range.last <= r.range.last,
    );
    const [best] = over.toSorted((a, b) => Number(a.range.last - a.range.first - (b.range.last - b.range.first)));
    return { range, device: best?.device };
  });
const judge = (routes: readonly Route[], watched = ipv4) =>
  judgeRoutes(watched, { ways: waysOf(watched, routes), routes }, (device) => device === "wg0", server);

const home = [
  route("0.0.0.0/0", "eth0"),
  route("192.168.1.0/24", "eth0", true),
  route("198.51.100.7/32", "eth0"),
  route("127.0.0.0/8", "lo", true),
  route("0.0.0.0/1", "wg0"),
  route("128.0.0.0/1", "wg0"),
];

describe("most of a prefix must lead into the tunnel", () => {
  test("with the two halves of a VPN, the room's network and the server beside them", () => {
    expect(judge(home)).toEqual({ good: true, why: "routes lead into it", foreign: [] });
  });

  test("a more specific route is told, and does not close", () => {
    expect(judge([...home, route("203.0.113.0/24", "eth0")])).toMatchObject({
      good: true,
      foreign: ["203.0.113.0/24 dev eth0"],
    });
  });

  test("a foreign one that the tunnel's own beat is not worth a word", () => {
    expect(
      judge([
        ...home,
        route("203.0.113.0/24", "eth0"),
        route("203.0.113.0/25", "wg0"),
        route("203.0.113.128/25", "wg0"),
      ]),
    ).toMatchObject({ good: true, foreign: [] });
  });

  test.each([
    ["the tunnel has no route", home.slice(0, 4), "0.0.0.0/0 leads to eth0"],
    ["one half is gone", home.slice(0, 5), "0.0.0.0/0 leads to eth0"],
    [
      "four quarters go elsewhere",
      [...home, ...["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"].map((q) => route(q, "eth0"))],
      "0.0.0.0/0 leads to eth0",
    ],
    ["there is no route at all", [], "0.0.0.0/0 leads nowhere"],
  ] as const)("%s: closed", (_, routes, why) => {
    expect(judge(routes)).toMatchObject({ good: false, why });
  });

  test("each family by itself", () => {
    expect(judge(home, everything)).toMatchObject({ good: false, why: "::/0 leads nowhere" });
    expect(judge([...home, route("2000::/3", "wg0")], everything).good).toBe(true);
    expect(judge([...home, route("::/0", "wg0"), route("2000::/4", "eth0")], everything).good).toBe(false);
  });

  test("a named network by itself", () => {
    const watched = constant("10.64.0.0/10");
    expect(judge([...home.slice(0, 4), route("10.64.0.0/10", "wg0")], watched).good).toBe(true);
    expect(judge(home.slice(0, 4), watched)).toMatchObject({ good: false, why: "10.64.0.0/10 leads to eth0" });
  });
});

test("routes cut a prefix into stretches that begin and end where they do", () => {
  const pieces = cut(constant("10.0.0.0/8"), [
    route("10.1.0.0/16", "a"),
    route("10.1.2.0/24", "b"),
    route("11.0.0.0/8", "c"),
  ]);
  expect(pieces.map(formatRange)).toEqual([
    "10.0.0.0/16",
    "10.1.0.0/23",
    "10.1.2.0/24",
    "10.1.3.0-10.1.255.255",
    "10.2.0.0-10.255.255.255",
  ]);
});

test("reads what ip prints", () => {
  expect(
    parseRoutes(
      '[{"dst":"default","dev":"wg0"},{"dst":"10.0.0.0/8","dev":"eth0","protocol":"kernel"},{"type":"unreachable","dst":"192.0.2.0/24"}]',
      "ipv4",
    ),
  ).toEqual([
    route("0.0.0.0/0", "wg0"),
    route("10.0.0.0/8", "eth0", true),
    { ...route("192.0.2.0/24", ""), device: undefined },
  ]);
  expect(parseRoutes("no json", "ipv4")).toBeUndefined();
  const got = parseGets(
    '[{"dst":"192.0.2.1","dev":"wg0"}]\nnot json\n[{"dst":"2001:db8:0::1","dev":"eth0"}]\n[{"dst":"192.0.2.9"}]\n',
  );
  expect([...got]).toEqual([
    ["192.0.2.1", "wg0"],
    ["2001:db8::1", "eth0"],
  ]);
});
