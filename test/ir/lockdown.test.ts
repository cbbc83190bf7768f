import { describe, expect, test } from "vitest";
import { check } from "../../src/check.ts";
import { explainPacket } from "../../src/explain-packet.ts";
import type { Load } from "../../src/ir/expand/load.ts";
import { home } from "../checks/helper.ts";

const app = 'app mail {\n  linux slice "ksp-mail.slice"\n  traffic tunnel\n  on loss keep\n}';
const load: Load = (path) => ({ file: path, text: "127.0.0.0/8\n192.0.2.0/24\n" });

/** What becomes of a packet at boot, on the interface that is named. */
function atBoot(more: string, packet: string, place: string): string | undefined {
  const source = { file: "home.ksp", text: home({ more }) };
  expect(check(source, { load }).diagnostics).toEqual([]);
  const { answer } = explainPacket(source, packet, { load });
  return answer?.rows.find(({ state, interface: at }) => state === "lockdown" && at === place)?.verdict;
}

describe("at boot a deny that is not written out", () => {
  test("of an app in a slice waits, and openings to the same addresses wait with it", () => {
    const more = `${app}\ndeny out app mail to 203.0.113.9`;
    expect(atBoot(more, "out to 203.0.113.9 tcp 443", "elsewhere")).toBe("drop");
  });

  test.each([
    ["a list from a file", 'list bogons from "bogons.txt"\ndeny out to @bogons'],
    ["a slice", 'deny out slice "ksp-mail.slice" to 127.0.0.53 udp 53'],
    ["an app in a slice", `${app}\ndeny out app mail to 127.0.0.53 udp 53`],
  ])("closes loopback to everybody where it names addresses of it: %s", (_, more) => {
    expect(atBoot(more, "out to 127.0.0.53 udp 53", "loopback")).toBe("drop");
    expect(atBoot(more, "out to 127.0.0.53 udp 53", "elsewhere")).toBe("drop");
    expect(atBoot(`${more}\nallow lan`, "out to 192.168.1.7 tcp 443", "elsewhere")).toBe(
      more.includes("app") ? "drop" : "accept",
    );
  });
});

describe("at boot a resolver in a tunnel leaves by no other way", () => {
  const user = app.replace('slice "ksp-mail.slice"', "user 1011");
  test.each([
    ["an app", `dns 10.77.0.1 app mail through wg0\n${user}`],
    ["a slice", 'dns 10.77.0.1 slice "ksp-web.slice" through wg0'],
  ])("when only %s may ask it", (_, dns) => {
    const more = `allow lan\n${dns}`;
    expect(atBoot(more, "out to 10.77.0.1 tcp 443", "elsewhere")).toBe("drop");
    expect(atBoot(more, "out to 10.78.0.1 tcp 443", "elsewhere")).toBe("accept");
  });
});
