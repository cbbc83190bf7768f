import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Device, Link, Tunnel } from "../policy.ts";
import { systems } from "../systems.ts";
import type { Check, Subject } from "./check.ts";
import { devicesOverlap, formatDevice, interfaceOwners, ownerName } from "./support/devices.ts";
import { byPlace } from "./support/places.ts";

/** An interface is one thing: a tunnel that is also a link would be open and closed at once. */
export const sharedInterface: Check = (subject) => {
  const owners = byPlace(subject.origins, interfaceOwners(subject.policy));
  return owners.flatMap((owner, i) => [
    ...saidTwice(owner, subject),
    ...owners.slice(0, i).flatMap((earlier) => shared(earlier, owner, subject)),
  ]);
};

function shared(first: Link | Tunnel, second: Link | Tunnel, { origins }: Subject): readonly Diagnostic[] {
  const device = systems
    .flatMap((os) => second.devices[os]?.filter((d) => first.devices[os]?.some((other) => devicesOverlap(d, other))))
    .find((d) => d !== undefined);
  if (!device) return [];
  return [
    diagnostic(
      "KSP2026",
      { first: ownerName(first), second: ownerName(second), device: formatDevice(device) },
      {
        at: placeOf(origins, second.id, "interface"),
        label: "the second owner",
        secondary: [{ span: placeOf(origins, first.id, "interface"), text: "the first owner" }],
        help: "give every interface to one tunnel or link",
      },
    ),
  ];
}

function saidTwice(owner: Link | Tunnel, { origins }: Subject): readonly Diagnostic[] {
  const device = systems.map((os) => repeated(owner.devices[os] ?? [])).find((d) => d !== undefined);
  if (!device) return [];
  return [
    diagnostic(
      "KSP2006",
      { what: `the interface \`${formatDevice(device)}\`` },
      { at: placeOf(origins, owner.id, "interface"), label: "two names that mean it", help: "keep one of them" },
    ),
  ];
}

const repeated = (devices: readonly Device[]): Device | undefined =>
  devices.find((device, i) => devices.slice(0, i).some((earlier) => devicesOverlap(earlier, device)));
