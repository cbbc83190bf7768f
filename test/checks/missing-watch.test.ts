import { test } from "vitest";
import { chain, expectClean, expectFaults, home, watch } from "./helper.ts";

const name = "⟦wg0⟧";
const tunnel = (word: string) => home({ watch: "" }).replace("tunnel wg0", `tunnel ${word}`);

test("a tunnel without a watch", () => {
  expectFaults(tunnel(name), {
    code: "KSP2019",
    message: "tunnel `wg0` has no `watch`",
    label: "nothing would tell whether it works",
    help: "watch it",
    fixed: home({ watch: "" }).replace("\n}\n", `\n}\n${watch("wg0", "10.64.0.1")}\n`),
  });
});

test("an openvpn tunnel without a resolver is watched by its interface", () => {
  const source = home({ protocol: "  protocol openvpn", carrier: "  carrier user 994", dns: "dns none", watch: "" });
  expectFaults(source.replace("tunnel wg0", `tunnel ${name}`), {
    code: "KSP2019",
    message: "tunnel `wg0` has no `watch`",
    label: "nothing would tell whether it works",
    help: "watch it",
    fixed: source.replace("\n}\n", "\n}\nwatch wg0 {\n  interface\n}\n"),
  });
});

test("where nothing is known to answer there is no fix", () => {
  const source = chain()
    .replace(`${watch("entry", "10.64.0.1")}\n`, "")
    .replace("tunnel entry", "tunnel ⟦entry⟧");
  expectFaults(source, {
    code: "KSP2019",
    message: "tunnel `entry` has no `watch`",
    label: "nothing would tell whether it works",
    help: "add `watch entry` with a heartbeat to an address that answers inside it",
  });
});

test("every tunnel is watched", () => {
  expectClean(home());
  expectClean(chain());
});
