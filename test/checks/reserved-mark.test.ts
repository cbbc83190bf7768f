import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = (mark: string, whose: string) =>
  ({
    code: "KSP2022",
    message: `the carrier mark \`${mark}\` also stands on ${whose}`,
    label: "not the carrier's alone",
    help: "take another mark, such as `0x6b73/0xffff`, here and in the program's configuration",
  }) as const;

test("the mark of ksp's own probes, whole or masked", () => {
  expectFaults(home({ carrier: "  ⟦carrier mark 0x6b700000⟧" }), fault("0x6b700000", "ksp's own probes"));
  expectFaults(
    home({ carrier: "  ⟦carrier mark 0x6b000000/0xff000000⟧" }),
    fault("0x6b000000/0xff000000", "ksp's own probes"),
  );
});

test("no mark at all", () => {
  expectFaults(home({ carrier: "  ⟦carrier mark 0x0/0xff⟧" }), fault("0x0/0xff", "packets without a mark"));
});

test("of several lines the faulty one is underlined", () => {
  expectFaults(
    home({ carrier: "  carrier mark 0x6b73/0xffff\n  ⟦carrier mark 0x6b700000⟧" }),
    fault("0x6b700000", "ksp's own probes"),
  );
});

test("marks that differ in one bit of the mask", () => {
  expectClean(home({ carrier: "  carrier mark 0x6b700001" }));
  expectClean(
    home({ carrier: "  carrier mark 0x6b700000/0xfff80000" }).replace("0x6b700000/0xfff80000", "0x6b780000/0xfff80000"),
  );
});

const obfs = "helper obfs {\n  server 203.0.113.4 tcp 443\n  listen 127.0.0.1 udp 51821\n  carrier user 994\n}";

test("the carrier of a helper", () => {
  expectFaults(
    home({ server: "  server helper obfs", more: obfs.replace("carrier user 994", "⟦carrier mark 0x6b700000⟧") }),
    {
      code: "KSP2022",
      message: "the carrier mark `0x6b700000` also stands on ksp's own probes",
      label: "not the carrier's alone",
      help: "take another mark, such as `0x6b73/0xffff`, here and in the program's configuration",
    },
  );
});
