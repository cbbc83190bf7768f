import { test } from "vitest";
import { forwardClosed } from "../../../src/proof/properties/forward-closed.ts";
import { card, expectBroken, opened } from "./broken.ts";

test("a container engine accepts what it forwards", () => {
  expectBroken(
    forwardClosed,
    "docker-k8s",
    "up",
    opened("forward", { outInterface: card("eth0") }),
    "forward from eth0 to eth0 from 192.168.1.2 40000 (elsewhere) to 192.0.2.1 tcp 443 new",
  );
});

test("containers talk to each other before the daemon runs", () => {
  const bridge = card("docker0");
  expectBroken(
    forwardClosed,
    "docker-k8s",
    "lockdown",
    opened("forward", { inInterface: bridge, outInterface: bridge }),
    "forward from docker0 to docker0 from 192.168.1.2 40000 (elsewhere) to 192.0.2.1 tcp 443 new",
  );
});
